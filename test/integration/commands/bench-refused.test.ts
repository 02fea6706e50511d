import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { benchFolder } from '../../fixtures/benchmarking/bench-cli.ts';
import { startEndpoint } from '../../fixtures/benchmarking/streaming-endpoint.ts';
import { baselineRun } from '../../fixtures/run-records.ts';
import type { Answer } from '../../fixtures/engines/stand-in.ts';

/** All of it is known before anything is sent, or started. */
describe('voltana bench refuses', function () {
  this.timeout(60_000);
  const files = benchFolder();
  const LOAD = ['--rate', '5', '--duration', '2', '--warm-up', '0'];
  let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
  before(async () => {
    endpoint = await startEndpoint();
    writeFileSync(
      files.at('cut.csv'),
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:00:00.0000000,374,44\n2023-11-16 18:00:01.00',
    );
    writeFileSync(files.at('other-work.json'), JSON.stringify(baselineRun()));
    writeFileSync(files.at('other-schema.json'), JSON.stringify({ ...baselineRun(), schemaVersion: 99 }));
    writeFileSync(files.at('key.txt'), 'two words');
  });
  after(async () => {
    await endpoint.server.close();
    files.remove();
  });

  const at = (...args: string[]): string[] => ['--url', endpoint.server.url, ...LOAD, ...args];

  it('in one line, with nothing on stdout and no run left behind', async () => {
    const refused: readonly (readonly [exit: number, args: readonly string[], says: RegExp])[] = [
      [2, LOAD, /needs something to send its load to.*--url.*--cluster/],
      [2, at('--concurrency', '4'), /--rate and --concurrency are two ways/],
      [2, at('--threshold', 'ttft.p98<5'), /ttft\.p98.*ttft\.p9/],
      [2, ['--url', endpoint.server.url, '--trace', files.at('cut.csv')], /cut\.csv, line 3/],
      [2, at('--api', 'sglang-generate'), /does not speak sglang-generate.*openai-completions/],
      [2, at('--model', 'huge'), /does not serve huge; it serves tiny/],
      [2, at('--baseline', files.at('other-work.json')), /is no baseline for this run/],
      [2, at('--baseline', files.at('other-schema.json')), /schemaVersion/],
      [2, ['--from', 'nothing-like-it'], /unknown run "nothing-like-it"/],
      [2, ['--resume', 'nothing-like-it'], /nothing-like-it/],
      [2, at('--api-key-file', files.at('key.txt')), /holds no API key/],
      [2, at('--wall-meter', 'http://127.0.0.1:9/#total'), /does not say its unit/],
      [2, at('--wall-meter-insecure'), /--wall-meter-insecure is for a wall meter, and there is none/],
      [2, at('--wall-meter', '/dev/null:W', '--wall-meter-key-file', files.at('key.txt')), /holds no key of a meter/],
      [3, at('--wall-meter', '/dev/null:W'), /the wall meter \/dev\/null:W cannot be read: it is no file/i],
      [3, at('--wall-meter', 'http://127.0.0.1:9/#x:W'), /wall meter http:\/\/127\.0\.0\.1:9\/#x:W cannot be read: .*ECONNREFUSED/i],
      [2, at('--output', files.at('run.pdf')), /run\.pdf/],
      [2, ['--url', 'http://me:hunter2@127.0.0.1:9', ...LOAD], /^(?!.*hunter2).*holds a name or a password/],
      [3, at('--output', '/nowhere/run.json'), /\/nowhere\/run\.json/],
      [3, files.small, new RegExp(String(endpoint.server.port))],
      [5, ['--url', 'http://127.0.0.1:9', ...LOAD], /http:\/\/127\.0\.0\.1:9.*ECONNREFUSED/],
    ];
    // Only clusters of ours have a gateway.
    const taken = { VOLTANA_GATEWAY_PORT: String(endpoint.server.port) };
    const ended = await Promise.all(refused.map(([, args]) => files.bench(args, taken)));
    for (const [i, { exit, stdout, stderr }] of ended.entries()) {
      const [code, args, says] = refused[i]!;
      expect({ exit, stdout }, `${args.join(' ')}: ${stderr}`).to.deep.equal({ exit: code, stdout: '' });
      expect(stderr).to.match(says);
      expect(stderr.trimEnd().split('\n'), stderr).to.have.length(1);
    }
    expect(files.runs()).to.deep.equal([]);
  });

  const answering = async (answer: Answer): Promise<readonly [number | NodeJS.Signals, string]> => {
    const { server } = await startEndpoint({ '/v1/completions': answer });
    const { exit, stderr } = await files.bench(['--url', server.url, ...LOAD]);
    await server.close();
    return [exit, stderr];
  };

  it('an answer that does not stream: 2', async () => {
    const [exit, stderr] = await answering({
      choices: [{ text: 'all at once', finish_reason: 'length' }],
      usage: { completion_tokens: 4 },
    });
    expect(exit, stderr).to.equal(2);
    expect(stderr).to.match(/stream/);
  });

  it('a server that fails: 5', async () => {
    const [exit, stderr] = await answering(500);
    expect(exit, stderr).to.equal(5);
    expect(stderr).to.match(/HTTP 500/);
  });
});
