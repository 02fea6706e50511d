import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { createAgentCustodian } from '../../../src/adapters/clocks/agent/custodian.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { megahertz, watts } from '../../../src/domain/units.ts';
import { until } from '../../fixtures/programs.ts';
import { ourError } from '../../fixtures/rejected.ts';
import { recordingCustodian, STATUS, type RecordingCustodian } from '../../fixtures/agent/recording-custodian.ts';
import { askRaw, runningAgent, strangeTime, type RawAnswer, type RunningAgent } from '../../fixtures/agent/running.ts';

const CLAIM = { domain: 'd', token: 7, key: 'secret' };
const errorOf = ({ body }: RawAnswer) => body['error'] as { code: string; message: string; hint: string };

describe('agent on a Unix socket', () => {
  let custodian: RecordingCustodian;
  let agent: RunningAgent;
  const remote = strangeTime(1e9);
  beforeEach(async () => {
    custodian = recordingCustodian(() => remote.nowMs());
    agent = await runningAgent(custodian, { time: remote });
  });
  afterEach(() => agent.close());

  it('passes every question on with what the transport says of who asks, and every answer back', async () => {
    const { client } = agent;
    expect(await client.status()).to.deep.equal(STATUS);
    expect(await client.supportedMhz(['0'])).to.deep.equal([690, 1410]);
    const grant = await client.acquire({ domain: 'd', devices: ['0'], holder: 'h', ttlMs: 5000, identity: 'somebody else', pids: [1] });
    expect(grant).to.deep.equal({ domain: 'd', token: 1_000_001, key: 'k', ttlMs: 5000, devices: ['a'] });
    await client.renew(grant);
    await client.limitPower(grant, watts(300));
    await client.release(grant);
    expect(await client.restore(['0'], 'somebody else')).to.deep.equal({ restored: ['a'], failed: [] });
    await client.drain('somebody else');
    await client.resume('somebody else');
    const claim = { domain: 'd', token: 1_000_001, key: 'k' };
    const [, , acquired, ...others] = custodian.asked;
    const { identity } = acquired![1] as { identity: string };
    expect(identity).to.include(`uid ${process.getuid!()}`);
    expect(acquired![1]).to.deep.equal({ domain: 'd', devices: ['0'], holder: 'h', ttlMs: 5000, identity, pids: [1] });
    expect(others).to.deep.equal([
      ['renew', claim],
      ['limitPower', claim, 300],
      ['release', claim],
      ['restore', ['0'], identity],
      ['drain', identity],
      ['resume', identity],
    ]);
  });

  it('tells times on the clock of the asker, between question and answer', async () => {
    const time = realTime();
    const client = createAgentCustodian({ address: agent.client.address, time });
    for (let i = 0; i < 20; i += 1) {
      const askedMs = time.nowMs();
      const { clock, energy } = i % 2 === 0 ? await client.read(['0']) : await client.lock(CLAIM, megahertz(690));
      expect(clock.atMs).to.be.within(askedMs - 1e-6, time.nowMs() + 1e-6);
      expect(energy!.atMs).to.equal(clock.atMs);
    }
    expect(client.offset!.aheadMs).to.be.closeTo(-1e9, 100);
    expect(client.offset!.withinMs).to.be.below(100);
    await client.close();
  });

  it('an error comes back as the error it was', async () => {
    custodian.fail('lock', new VoltanaError('CLOCK_REFUSED', 'not below 690 MHz', { hint: 'Ask the operator.' }));
    const error = await ourError(agent.client.lock(CLAIM, megahertz(210)));
    expect(error).to.include({ code: 'CLOCK_REFUSED', message: 'not below 690 MHz', hint: 'Ask the operator.', exitCode: 4 });
    custodian.fail('renew', new TypeError('a bug on purpose'));
    expect(await ourError(agent.client.renew(CLAIM))).to.include({ code: 'BUG' });
    await agent.client.renew(CLAIM);
  });

  const ask = (path: string, body: unknown, more = {}): Promise<RawAnswer> =>
    askRaw(agent.socket, { path, body: typeof body === 'string' ? body : JSON.stringify(body), ...more });

  it('refuses what is no question, in JSON, and asks nobody', async () => {
    const cases: readonly (readonly [Promise<RawAnswer>, status: number, code: string, message: RegExp])[] = [
      [ask('/v1/nothing', {}), 404, 'UNKNOWN_ID', /\/v1\/lock/],
      [ask('/v1/__proto__', {}), 404, 'UNKNOWN_ID', /there is no/],
      [ask('/', {}), 404, 'UNKNOWN_ID', /there is no/],
      [ask('/v1/lock', undefined, { method: 'GET' }), 405, 'BAD_VALUE', /POST/],
      [ask('/v1/lock', {}, { method: 'DELETE' }), 405, 'BAD_VALUE', /POST/],
      [ask('/v1/renew', CLAIM, { headers: { 'content-type': 'text/plain' } }), 415, 'BAD_VALUE', /application\/json/],
      [ask('/v1/renew', '{'), 400, 'BAD_VALUE', /JSON/],
      [ask('/v1/renew', '[]'), 400, 'BAD_VALUE', /object/],
      [ask('/v1/renew', 'null'), 400, 'BAD_VALUE', /object/],
      [ask('/v1/renew', { ...CLAIM, also: 1 }), 400, 'UNKNOWN_KEY', /also/],
      [ask('/v1/acquire', { domain: 'd', devices: ['0'], holder: 'h', ttlMs: 5000, identity: 'root' }), 400, 'UNKNOWN_KEY', /identity/],
      [ask('/v1/renew', { ...CLAIM, token: '7' }), 400, 'BAD_VALUE', /token/],
      [ask('/v1/lock', { ...CLAIM, clockMhz: -1 }), 400, 'BAD_VALUE', /clockMhz/],
      [ask('/v1/lock', `{"domain":"d","token":1,"key":"k","clockMhz":1e999}`), 400, 'BAD_VALUE', /clockMhz/],
      [ask('/v1/read', { devices: [] }), 400, 'BAD_VALUE', /devices/],
      [ask('/v1/acquire', { domain: 'a\u001b[2J', devices: ['0'], holder: 'h', ttlMs: 1 }), 400, 'BAD_VALUE', /domain/],
      [ask('/v1/read', `{"devices":["${'x'.repeat(70_000)}"]}`), 413, 'BAD_VALUE', /65536/],
      [ask('/v1/telemetry?devices=', undefined, { method: 'GET' }), 400, 'BAD_VALUE', /devices/],
      [ask('/v1/telemetry?devices=0&hz=1000', undefined, { method: 'GET' }), 400, 'BAD_VALUE', /hz/],
      [ask('/v1/telemetry?devices=0&rate=1', undefined, { method: 'GET' }), 400, 'UNKNOWN_KEY', /rate/],
    ];
    for (const [answering, status, code, message] of cases) {
      const answer = await answering;
      expect(answer.status, message.source).to.equal(status);
      expect(errorOf(answer).code, message.source).to.equal(code);
      expect(`${errorOf(answer).message} ${errorOf(answer).hint}`).to.match(message);
      expect(answer.body['nowMs']).to.be.a('number');
    }
    expect(custodian.asked).to.deep.equal([]);
  });

  it('what is no HTTP is told so and cut off, and nobody else notices', async () => {
    const said = await new Promise<string>((resolve) => {
      const socket = connect(agent.socket, () => socket.write('hello\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text));
    });
    expect(said).to.match(/^HTTP\/1\.1 400 .*"BAD_VALUE"/s);
    expect(await agent.client.status()).to.deep.equal(STATUS);
  });

  it('answers so many questions at a time and refuses the others, but keeps up leases', async () => {
    const go = custodian.hold('read');
    const statuses: number[] = [];
    const answers = Array.from({ length: 300 }, async () => {
      const answer = await ask('/v1/read', { devices: ['0'] });
      statuses.push(answer.status);
      return answer;
    });
    await until('all have arrived', () => custodian.asked.length === 256 && statuses.length === 44);
    expect(new Set(statuses)).to.deep.equal(new Set([429]));
    expect((await ask('/v1/renew', CLAIM)).status).to.equal(200);
    go();
    const all = await Promise.all(answers);
    expect(all.filter(({ status }) => status === 200)).to.have.length(256);
    expect(errorOf(all.find(({ status }) => status === 429)!).code).to.equal('AGENT_BUSY');
  });

  it('hundreds of half questions keep nobody else waiting', async () => {
    const head = 'POST /v1/renew HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{';
    const half = await Promise.all(
      Array.from(
        { length: 300 },
        () =>
          new Promise<Socket>((resolve) =>
            connect(agent.socket, function (this: Socket) {
              this.write(head, () => resolve(this));
            }),
          ),
      ),
    );
    expect(await agent.client.status()).to.deep.equal(STATUS);
    expect((await ask('/v1/lock', { ...CLAIM, clockMhz: 690 })).status).to.equal(200);
    for (const socket of half) socket.destroy();
  });

  it('streams readings while somebody listens, on his clock, and stops when he goes', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const askedMs = performance.now();
    for await (const readings of agent.client.watch(['a', 'b'], 10, stop.signal)) {
      expect(readings.map(({ id }) => id)).to.deep.equal(['a', 'b']);
      expect(readings[0]!.atMs).to.be.within(askedMs - 1, performance.now() + 1);
      expect(custodian.watching).to.equal(1);
      if (seen.push(readings[0]!.atMs) === 3) stop.abort();
    }
    expect(seen).to.have.length(3);
    await until('nobody watches', () => custodian.watching === 0);
    for await (const _ of agent.client.watch(['a'], 10, new AbortController().signal)) break;
    await until('nobody watches', () => custodian.watching === 0);
  });

  it('a stream ends with the agent, and says so', async () => {
    const watched = (async () => {
      for await (const _ of agent.client.watch(['a'], 10, new AbortController().signal)) void agent.server.close();
    })();
    expect(await ourError(watched)).to.include({ code: 'NO_AGENT' });
    expect(custodian.watching).to.equal(0);
  });

  it('a reader who does not read holds up nobody, and no memory', async () => {
    let yielded = 0;
    const flood = {
      ...custodian,
      async *watch() {
        for (; yielded < 100_000; yielded += 1) {
          yield [{ id: 'x'.repeat(10_000) } as never];
          if (yielded % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      },
    };
    const flooded = await runningAgent(flood);
    const socket = connect(flooded.socket, () => socket.write('GET /v1/telemetry?devices=0 HTTP/1.1\r\nhost: a\r\n\r\n'));
    socket.pause();
    await until('it has begun', () => yielded > 0);
    const before = yielded;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(yielded).to.be.below(2000);
    expect(await flooded.client.status()).to.deep.equal(STATUS);
    expect(yielded - before).to.be.below(2000);
    socket.destroy();
    await flooded.close();
  });
});
