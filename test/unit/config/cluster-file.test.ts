import { expect } from 'chai';
import { parseClusterFile } from '../../../src/config/cluster-file.ts';
import { VoltanaError, type ErrorCode } from '../../../src/domain/errors.ts';
import { cluster, clusterText } from '../../fixtures/world/shipped.ts';

const FILE = 'mine.yaml';

const errorOf = (text: string): VoltanaError => {
  try {
    parseClusterFile(text, FILE);
  } catch (error) {
    expect(error).to.be.instanceOf(VoltanaError);
    return error as VoltanaError;
  }
  throw new Error('the file was accepted');
};

/** The shipped file with one place changed; the place must be there. */
const changed = (from: string | RegExp, to: string): string => {
  const text = clusterText.replace(from, to);
  expect(text).to.not.equal(clusterText);
  return text;
};
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

const D0 = '  - { id: d0, role: decode, gpus: [gpu2], seed: 103 }';
const ONE_PREFILL = /.*id: p[01].*\n/g;

/** [what, text, code, message parts, hint part] */
const CASES: readonly (readonly [string, () => string, ErrorCode, readonly string[], string?])[] = [
  [
    'a misspelt key, and names the nearest',
    () => changed('itlMs:', 'itlMS:'),
    'UNKNOWN_KEY',
    ['unknown key "itlMS" in slo'],
    'Did you mean "itlMs"?',
  ],
  [
    'an unknown key of an instance, and says which',
    () => changed('[gpu2], seed', '[gpu2], sead'),
    'UNKNOWN_KEY',
    ['"sead"', 'instances[2]'],
    '"seed"',
  ],
  [
    'an unknown key at the top, and lists what is known',
    () => `${clusterText}\nzzzzzzzz: 1\n`,
    'UNKNOWN_KEY',
    ['unknown key "zzzzzzzz"'],
    'gateway',
  ],
  ['two instances of one name', () => changed('id: d1', 'id: d0'), 'FILE_MALFORMED', ['two instances are called "d0"'], 'id of its own'],
  ['fewer GPUs than tp', () => changed('tp: 1', 'tp: 2'), 'FILE_MALFORMED', ['"p0" lists 1 GPUs, but tp is 2']],
  ['more GPUs than tp', () => changed('[gpu2]', '[gpu2, gpu9]'), 'FILE_MALFORMED', ['"d0" lists 2 GPUs, but tp is 1'], 'as tp says'],
  [
    'one GPU twice in an instance',
    () => changed('tp: 1', 'tp: 2').replace('[gpu0]', '[gpu0, gpu0]'),
    'FILE_MALFORMED',
    ['instances[0].gpus'],
  ],
  [
    'clock bounds that cross',
    () => changed('minClockMhz: 390', 'minClockMhz: 900\n  maxClockMhz: 600'),
    'FILE_MALFORMED',
    ['minClockMhz 900', 'maxClockMhz 600'],
  ],
  ['a port above 65535', () => changed('host: 127.0.0.1', 'host: 127.0.0.1\n  port: 65536'), 'FILE_MALFORMED', ['gateway.port', '65536']],
  ['a negative port', () => changed('[gpu2], seed', '[gpu2], port: -1, seed'), 'FILE_MALFORMED', ['instances[2].port', '-1']],
  ['half a port', () => changed('[gpu2], seed', '[gpu2], controlPort: 80.5, seed'), 'FILE_MALFORMED', ['instances[2].controlPort', '80.5']],
  ['no prefill instance', () => changed(ONE_PREFILL, ''), 'FILE_MALFORMED', ['instances needs at least one entry with role "prefill"']],
  ['no decode instance', () => changed(/role: decode/g, 'role: prefill'), 'FILE_MALFORMED', ['role "decode"']],
  [
    'a role that is none, and names the nearest',
    () => changed(D0, D0.replace('decode', 'decoder')),
    'FILE_MALFORMED',
    ['instances[2].role is "decoder"'],
    'Did you mean "decode"?',
  ],
  ['a missing part', () => changed(/slo:\n.*\n.*\n/, ''), 'FILE_MALFORMED', ['"slo" is missing']],
  ['an SLO of zero', () => changed('itlMs: 50', 'itlMs: 0'), 'FILE_MALFORMED', ['slo.itlMs']],
  ['an SLO that is not a number', () => changed('itlMs: 50', 'itlMs: .nan'), 'FILE_MALFORMED', ['slo.itlMs', 'NaN']],
  ['an SLO in words', () => changed('itlMs: 50', 'itlMs: fifty'), 'FILE_MALFORMED', ['slo.itlMs', '"fifty"']],
  ['another document', () => changed('kind: cluster', 'kind: profile'), 'FILE_MALFORMED', ['kind is "profile"']],
  ['a later schema', () => changed('schemaVersion: 1', 'schemaVersion: 2'), 'FILE_MALFORMED', ['schemaVersion is 2']],
  ['an empty file', () => '', 'FILE_MALFORMED', ['the document']],
  ['a list', () => '- 1\n', 'FILE_MALFORMED', ['the document']],
];

describe('cluster file', () => {
  it('reads the shipped file', () => {
    expect(cluster.instances.map(({ id, role }) => `${id} ${role}`)).to.deep.equal(['p0 prefill', 'p1 prefill', 'd0 decode', 'd1 decode']);
    expect(cluster).to.deep.include({ tp: 1, slo: { ttftMs: 1000, itlMs: 50 } });
  });

  it('reads JSON just as well', () => {
    expect(parseClusterFile(JSON.stringify(cluster), 'mine.json')).to.deep.equal(cluster);
  });

  for (const [what, text, code, parts, hint] of CASES) {
    it(`refuses ${what}`, () => {
      const error = errorOf(text());
      expect(error).to.include({ code, exitCode: 2 });
      for (const part of [`${FILE}: `, ...parts]) expect(error.message).to.include(part);
      expect(error.message).to.not.include('\n');
      if (hint !== undefined) expect(error.hint).to.include(hint);
    });
  }

  it('names the line of a slip in the YAML', () => {
    for (const [text, at] of [
      [changed('slo:', 'slo: [1'), 'slo: [1'],
      [changed('launcher:', 'launcher: "local'), 'launcher: "local'],
      [changed('  ttftMs: 1000', '\tttftMs: 1000'), '\tttftMs'],
      [changed('gpu: a100', 'name: twice\ngpu: a100'), 'name: twice'],
    ] as const) {
      const error = errorOf(text);
      expect(error.code).to.equal('FILE_MALFORMED');
      const named = Number(/line (\d+)/.exec(error.message)?.[1]);
      // An unclosed bracket or quote is noticed at some line after it begins, never before.
      expect(named, error.message).to.be.at.least(lineOf(text, at));
    }
  });

  it('refuses a file that grows without bounds when read', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghij'
      .split('')
      .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(', ')}]`)
      .join('\n')}`;
    expect(errorOf(bomb).code).to.equal('FILE_MALFORMED');
  });

  it('refuses a file nested beyond all reason, before that can exhaust the stack', () => {
    for (const depth of [101, 3000]) {
      for (const text of [
        `name: ${'['.repeat(depth)}${']'.repeat(depth)}`,
        '['.repeat(depth),
        '{a: '.repeat(depth),
        '- '.repeat(depth),
        '? '.repeat(depth),
      ]) {
        const error = errorOf(text);
        expect(error, text.slice(0, 12)).to.deep.include({ code: 'FILE_MALFORMED', message: `${FILE}: nested deeper than 100 levels` });
      }
    }
    expect(errorOf(`name: ${'['.repeat(90)}${']'.repeat(90)}`).message).to.not.include('nested');
  });
});

describe('cluster file, beyond its shape', () => {
  it('refuses one GPU in two instances: two leases on its clock would fight', () => {
    expect(errorOf(changed('[gpu1]', '[gpu0]')).message).to.include('instances "p0" and "p1" both use GPU "gpu0"');
  });

  it('refuses a lease too short to be renewed', () => {
    expect(errorOf(changed('leaseTtlMs: 5000', 'leaseTtlMs: 1')).message).to.include('leaseTtlMs');
  });

  it('refuses what is longer than any file written by hand, before parsing it', () => {
    expect(errorOf(`${clusterText}#${'x'.repeat(1024 * 1024)}`).message).to.include('longer than');
  });
});
