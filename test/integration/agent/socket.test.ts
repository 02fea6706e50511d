import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { loadLibc } from '../../../src/adapters/agent/libc.ts';
import { startAgentServer } from '../../../src/adapters/agent/server.ts';
import { makeFolders } from '../../../src/adapters/host/make-folders.ts';
import { createAgentCustodian } from '../../../src/adapters/clocks/agent/custodian.ts';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { ended, output, until } from '../../fixtures/programs.ts';
import { ourError } from '../../fixtures/rejected.ts';
import { recordingCustodian, STATUS } from '../../fixtures/agent/recording-custodian.ts';
import { privateFolder } from '../../fixtures/agent/running.ts';

describe('the socket of an agent', () => {
  const custodian = recordingCustodian(() => 0);
  const started: { close(): Promise<void> }[] = [];
  let folder: ReturnType<typeof privateFolder>;
  beforeEach(() => (folder = privateFolder()));
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.close()));
    folder.remove();
  });
  const start = async (path: string, group: string | null = null) => {
    const server = await startAgentServer({
      makeFolder: makeFolders,
      custodian,
      time: realTime(),
      listen: { socket: { path, group }, tcp: null },
      libc: await loadLibc(),
      onRefused: () => undefined,
    });
    started.push(server);
    return server;
  };

  it('is for its owner alone, or for a group as well; its folder is made', async () => {
    await start(folder.at('new/a.sock'));
    expect(statSync(folder.at('new/a.sock')).mode & 0o777).to.equal(0o600);
    expect(statSync(folder.at('new')).mode & 0o777).to.equal(0o755);
    await start(folder.at('new/b.sock'), String(process.getgid!()));
    expect(statSync(folder.at('new/b.sock')).mode & 0o777).to.equal(0o660);
  });

  it("is one agent's at a time; what a killed one has left is taken away", async () => {
    const path = folder.at('a.sock');
    const first = await start(path);
    expect(await ourError(start(path))).to.include({ code: 'PORT_TAKEN' });
    await first.close();
    expect(existsSync(path)).to.equal(false);
    const left = spawn(process.execPath, ['-e', `require('node:net').createServer().listen(${JSON.stringify(path)})`]);
    const gone = ended(left);
    await until('it is there', () => existsSync(path));
    left.kill('SIGKILL');
    await gone;
    expect(existsSync(path)).to.equal(true);
    await start(path);
    const client = createAgentCustodian({ address: path, time: realTime() });
    expect(await client.status()).to.deep.equal(STATUS);
    await client.close();
  });

  it('replaces nothing that is no socket, and trusts no folder that others may write', async () => {
    writeFileSync(folder.at('file'), 'mine');
    expect(await ourError(start(folder.at('file')))).to.include({ code: 'PORT_TAKEN' });
    symlinkSync(folder.at('elsewhere'), folder.at('link'));
    expect(await ourError(start(folder.at('link')))).to.include({ code: 'PORT_TAKEN' });
    mkdirSync(folder.at('open'));
    chmodSync(folder.at('open'), 0o777);
    const error = await ourError(start(folder.at('open/a.sock')));
    expect(error).to.include({ code: 'NOT_PERMITTED', exitCode: 4 });
    expect(error.hint).to.include('chmod');
    expect(await ourError(start(folder.at('a.sock'), 'no-such-group'))).to.include({ code: 'UNKNOWN_ID' });
    expect(await ourError(start(folder.at('x'.repeat(120))))).to.include({ code: 'BAD_VALUE' });
  });
});

describe('who asks on a Unix socket', () => {
  const NOBODY = 65_534;
  const ASK = `const { request } = require('node:http');
const [socketPath, path, body] = process.argv.slice(1);
const asking = request({ socketPath, path, method: 'POST', headers: { 'content-type': 'application/json' } }, (answer) => {
  answer.resume().on('end', () => console.log(answer.statusCode));
});
asking.on('error', ({ code }) => console.log(code)).end(body);`;

  it('is told by the kernel: a member of the group holds leases, and only root and the agent itself operate', async function () {
    if (process.getuid!() !== 0) return this.skip();
    const folder = privateFolder();
    chmodSync(folder.path, 0o755);
    const custodian = recordingCustodian(() => 0);
    const refused: string[] = [];
    const start = (name: string, group: string | null) =>
      startAgentServer({
        makeFolder: makeFolders,
        custodian,
        time: realTime(),
        listen: { socket: { path: folder.at(name), group }, tcp: null },
        libc,
        onRefused: (identity, what) => refused.push(`${identity}: ${what}`),
      });
    const libc = await loadLibc();
    const servers = [await start('group.sock', String(NOBODY)), await start('root.sock', null)];
    const asNobody = async (name: string, path: string, body: object): Promise<string> => {
      const child = spawn(process.execPath, ['-e', ASK, folder.at(name), path, JSON.stringify(body)], {
        uid: NOBODY,
        gid: NOBODY,
        cwd: '/',
      });
      const seen = output(child);
      await ended(child);
      return seen.text.trim();
    };
    try {
      expect(await asNobody('group.sock', '/v1/read', { devices: ['0'] })).to.equal('200');
      expect(await asNobody('group.sock', '/v1/acquire', { domain: 'd', devices: ['0'], holder: 'h', ttlMs: 5000 })).to.equal('200');
      expect(custodian.asked.at(-1)![1]).to.include({ identity: `nobody (uid ${NOBODY})` });
      expect(await asNobody('group.sock', '/v1/drain', {})).to.equal('403');
      expect(refused).to.deep.equal([`nobody (uid ${NOBODY}): drain`]);
      expect(await asNobody('root.sock', '/v1/read', { devices: ['0'] })).to.equal('EACCES');
    } finally {
      await Promise.all(servers.map((server) => server.close()));
      folder.remove();
    }
  });
});

describe('a client of an agent', () => {
  let folder: ReturnType<typeof privateFolder>;
  beforeEach(() => (folder = privateFolder()));
  afterEach(() => folder.remove());
  const failureAt = async (address: string) => {
    const client = createAgentCustodian({ address, time: realTime() });
    const error = await ourError(client.status());
    await client.close();
    return error;
  };

  it('says that nobody answers, where, and what to do', async () => {
    const error = await failureAt(`unix:${folder.at('none.sock')}`);
    expect(error).to.include({ code: 'NO_AGENT', exitCode: 3 });
    expect(error.message).to.include(folder.at('none.sock'));
    expect(error.hint).to.include('sudo voltana agent');
    expect(await failureAt('https://127.0.0.1:1')).to.include({ code: 'NO_AGENT' });
  });

  it('asks no socket that anybody could have put there', async () => {
    mkdirSync(folder.at('open'));
    const server = createServer((socket) => socket.destroy()).listen(folder.at('open/a.sock'));
    await until('it is there', () => existsSync(folder.at('open/a.sock')));
    chmodSync(folder.at('open'), 0o777);
    expect(await failureAt(folder.at('open/a.sock'))).to.include({ code: 'NOT_PERMITTED' });
    chmodSync(folder.at('open'), 0o755);
    expect(await failureAt(folder.at('open/a.sock'))).to.include({ code: 'NO_AGENT' });
    server.close();
  });

  it('takes nothing that is no agent for one', async () => {
    const path = folder.at('other.sock');
    const { createServer: createHttp } = await import('node:http');
    let answer = 'hello';
    const server = createHttp((_request, response) => response.end(answer)).listen(path);
    await until('it is there', () => existsSync(path));
    for (answer of ['hello', '{}', 'null', '{"result":1}']) expect(await failureAt(path), answer).to.include({ code: 'NO_AGENT' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('refuses addresses that are none, and those in the open', () => {
    for (const address of ['http://10.0.0.1:9', 'unix:relative', 'ftp://x', 'nonsense', 'https://h:1/path', 'https://u:p@h:1', ''])
      expect(() => createAgentCustodian({ address, time: realTime() }), address)
        .to.throw(VoltanaError)
        .with.property('code', 'BAD_VALUE');
  });
});
