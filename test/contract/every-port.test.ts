import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { packageRoot } from '../../src/adapters/host/installation.ts';

const PORTS = join(packageRoot(), 'src', 'ports');
const SUITES = join(packageRoot(), 'test', 'contract');

const parse = (folder: string, file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);

const descendants = (node: ts.Node): ts.Node[] => {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child, ...descendants(child)));
  return children;
};

/** Whoever names a type hands it out: what a port hands out is tested by its suite. */
const namesIn = (node: ts.Node): string[] =>
  descendants(node)
    .filter(ts.isTypeReferenceNode)
    .map(({ typeName }) => typeName.getText());

/** The interfaces of a file that do something and that no other one of it hands out. */
const portsOf = (file: ts.SourceFile): string[] => {
  const interfaces = file.statements.filter(ts.isInterfaceDeclaration);
  const handedOut = new Set(interfaces.flatMap(namesIn));
  return interfaces
    .filter(({ name, members }) => members.some(ts.isMethodSignature) && !handedOut.has(name.text))
    .map(({ name }) => name.text);
};

const kebab = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
const camel = (name: string): string => name[0]!.toLowerCase() + name.slice(1);

/** The functions that a file's code calls; what comments and texts say does not count. */
const callsIn = (file: ts.SourceFile): string[] =>
  descendants(file)
    .filter(ts.isCallExpression)
    .map(({ expression }) => expression.getText());

const portFiles = readdirSync(PORTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const testFiles = readdirSync(SUITES).filter((name) => name.endsWith('.test.ts'));

describe('every port', () => {
  const ports = portFiles.flatMap((file) => portsOf(parse(PORTS, file)).map((port) => ({ file, port })));
  const called = new Map(testFiles.map((file) => [file, callsIn(parse(SUITES, file))]));

  it('is found: each file of src/ports holds one, and handles and plain data are none', () => {
    expect([...new Set(ports.map(({ file }) => file))].sort()).to.deep.equal([...portFiles].sort());
    expect(ports.map(({ port }) => port))
      .to.include.members(['ClockDriver', 'EngineDialect', 'EngineProbe', 'Store', 'Time'])
      .and.not.include.members(['DecodeProbe', 'LaunchedCluster', 'Leg', 'RunningGateway']);
  });

  for (const { file, port } of ports) {
    it(`${port} (src/ports/${file}) has a contract suite, and an adapter that is held to it`, () => {
      const suite = `${kebab(port)}.ts`;
      const contract = `${camel(port)}Contract`;
      expect(existsSync(join(SUITES, suite)), `test/contract/${suite} is missing`).to.equal(true);
      const exported = parse(SUITES, suite)
        .statements.filter(ts.isVariableStatement)
        .flatMap(({ declarationList }) => declarationList.declarations.map(({ name }) => name.getText()));
      expect(exported, `test/contract/${suite} defines no ${contract}`).to.include(contract);
      const users = testFiles.filter((test) => called.get(test)!.includes(contract));
      expect(users, `nothing in test/contract calls ${contract}`).to.have.length.above(0);
    });
  }
});
