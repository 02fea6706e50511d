import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { environment } from '../../../../src/adapters/host/environment.ts';
import { fileKind } from '../../../../src/adapters/host/file-exists.ts';
import { packageRoot, processArgs } from '../../../../src/adapters/host/installation.ts';
import { assertPortFree, freePort, quietPorts } from '../../../../src/adapters/host/ports.ts';
import { readCommandLine, readProcess } from '../../../../src/adapters/host/process-table.ts';
import { chooseWatched } from '../../../../src/adapters/host/watch-ancestors.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';

describe('ports', () => {
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'free',
      (error: unknown) => (error instanceof VoltanaError ? error.code : error),
    );

  it('a free port can be listened on, and is then taken', async () => {
    const port = await freePort('127.0.0.1');
    expect(await codeOf(assertPortFree('127.0.0.1', port))).to.equal('free');
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    expect((server.address() as AddressInfo).port).to.equal(port);
    expect(await codeOf(assertPortFree('127.0.0.1', port))).to.equal('PORT_TAKEN');
    await new Promise((resolve) => server.close(resolve));
  });

  it('are chosen where neither connections that leave nor services of Kubernetes get theirs', () => {
    expect(quietPorts('32768\t60999\n')).to.deep.equal({ first: 10_000, end: 30_000 });
    expect(quietPorts('15000\t65000\n')).to.deep.equal({ first: 10_000, end: 15_000 });
    expect(quietPorts('')).to.deep.equal({ first: 10_000, end: 30_000 });
  });

  it('a free port is of the range, or any other where nothing of it is free', async () => {
    const port = await freePort('127.0.0.1');
    const alone = { first: port, end: port + 1 };
    expect(await freePort('127.0.0.1', alone)).to.equal(port);
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const another = await freePort('127.0.0.1', alone);
    expect(another).not.to.equal(port);
    expect(await codeOf(assertPortFree('127.0.0.1', another))).to.equal('free');
    await new Promise((resolve) => server.close(resolve));
    expect(await freePort('127.0.0.1', quietPorts('1024\t65535\n'))).to.be.above(0);
  });

  it('an address of another machine is a wrong value, not a taken port', async () => {
    expect(await codeOf(freePort('192.0.2.1'))).to.equal('BAD_VALUE');
  });
});

describe('what a path leads to', () => {
  it('is a file, also over a link; anything else that is there is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voltana-kind-'));
    const link = (name: string, target: string): string => {
      symlinkSync(target, join(folder, name));
      return join(folder, name);
    };
    try {
      writeFileSync(join(folder, 'a'), '');
      for (const file of [join(folder, 'a'), link('to-a', 'a')]) expect(await fileKind(file), file).to.equal('file');
      for (const other of [folder, '/dev/null', link('device', '/dev/zero'), link('lost', 'nowhere')]) {
        expect(await fileKind(other), other).to.equal('other');
      }
      expect(await fileKind(join(folder, 'b'))).to.equal('missing');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('process table', () => {
  it('knows this process and its parent', () => {
    const self = readProcess(process.pid);
    expect(self?.parentPid).to.equal(process.ppid);
    expect(readProcess(process.pid)).to.deep.equal(self);
    expect(readCommandLine(process.pid)).to.contain('node');
  });

  it('a process that ended is gone', async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    await new Promise((resolve) => child.once('exit', resolve));
    expect(readProcess(child.pid!)).to.equal(null);
    expect(readCommandLine(child.pid!)).to.equal('');
  });
});

describe('chooseWatched', () => {
  const chain = [3, 2, 1].map((pid) => ({ pid, parentPid: pid - 1, startedAt: 'x' }));

  it('the parent alone, or everything up to the script runner', () => {
    expect(chooseWatched(chain, () => false).map((entry) => entry.pid)).to.deep.equal([3]);
    expect(chooseWatched(chain, (entry) => entry.pid === 2).map((entry) => entry.pid)).to.deep.equal([3, 2]);
    expect(chooseWatched([], () => true)).to.deep.equal([]);
  });
});

describe('environment and installation', () => {
  it('describes this machine', () => {
    expect(environment()).to.include({ node: process.versions.node, platform: process.platform, arch: process.arch });
    expect(environment().cpus).to.be.at.least(1);
  });

  it('finds the package and starts its processes from source when it runs from source', () => {
    expect(existsSync(join(packageRoot(), 'bin', 'run.js'))).to.equal(true);
    expect(processArgs('gateway')).to.deep.equal(['--import', 'tsx', join(packageRoot(), 'src', 'processes', 'gateway.ts')]);
  });
});
