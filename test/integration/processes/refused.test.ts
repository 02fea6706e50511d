import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { expect } from 'chai';
import { processArgs } from '../../../src/adapters/host/installation.ts';
import { specOf } from '../../fixtures/engines/emulated-node.ts';
import { gatewaySpec } from '../../fixtures/gateway-spec.ts';
import { candidateScreen } from '../../fixtures/tui/screens.ts';

const told = (process_: Parameters<typeof processArgs>[0], input: string) => {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, processArgs(process_), {
    input,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, signal, stdout, stderr };
};
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** Each on its own, started by hand: what it is told is not what it can be. */
describe('child processes refuse in one clear line', function () {
  this.timeout(30_000);

  for (const [what, name, input, message] of [
    ['a gateway that is told rubbish', 'gateway', 'rubbish\n', /^the spec "rubbish" is not a JSON object$/],
    [
      'a gateway without a cluster',
      'gateway',
      line({ ...gatewaySpec(), cluster: undefined }),
      /^the gateway's spec: "cluster" is missing$/,
    ],
    [
      'a gateway with a misspelt key',
      'gateway',
      line({ ...gatewaySpec(), governer: 'slo' }),
      /^the gateway's spec: unknown key "governer"$/,
    ],
    [
      'a gateway with an instance twice',
      'gateway',
      line(gatewaySpec({ instances: [gatewaySpec().instances[0]!, gatewaySpec().instances[0]!] })),
      /^the gateway's spec: two instances are called "prefill-0"$/,
    ],
    [
      'a gateway whose engines are nowhere',
      'gateway',
      line(gatewaySpec({ instances: gatewaySpec().instances.map((one) => ({ ...one, endpoints: { url: 'http://' } })) })),
      /"http:\/\/", which is no URL$/,
    ],
    ['an instance that is told rubbish', 'emulated-instance', '[1]]\n', /is not a JSON object$/],
    [
      'an instance without a role',
      'emulated-instance',
      line({ ...specOf('decode'), role: 'both' }),
      /needs "role": prefill, decode or aggregated$/,
    ],
  ] as const) {
    it(what, () => {
      const { status, signal, stdout, stderr } = told(name, input);
      expect({ status, signal, stderr }).to.deep.equal({ status: 1, signal: null, stderr: '' });
      const answer = JSON.parse(stdout) as { ready: boolean; code: string; message: string; hint: string };
      expect(answer.ready).to.equal(false);
      expect(answer.message).to.match(message);
      expect(answer.hint).to.match(/\S/);
      expect(answer.code).not.to.equal('BUG');
    });
  }

  it('the screen: shows what it was told, and ends with the terminal in order when it is told rubbish', async () => {
    // Its states come on a pipe of their own, fd 3: standard input is for keys.
    const child = spawn(process.execPath, processArgs('screen'), { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name]!.setEncoding('utf8').on('data', (text: string) => (said[name] += text));
    const closed = once(child, 'close') as Promise<[number | null]>;
    const states = child.stdio[3] as Writable;
    states.end(`${line(candidateScreen)}${line({ ...candidateScreen, phases: 'none' })}`);
    const [status] = await closed;
    expect(said.stderr).to.match(/^a state for the screen: phases must be a list, got "none"\n/);
    expect(status).to.equal(1);
    expect(said.stdout)
      .to.include('voltana demo')
      .and.match(/\u001b\[\?7h\n$/);
  });
});
