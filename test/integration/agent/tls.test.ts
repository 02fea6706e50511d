import { chmodSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { expect } from 'chai';
import { startAgentServer, type AgentServer } from '../../../src/adapters/agent/server.ts';
import { makeFolders } from '../../../src/adapters/host/make-folders.ts';
import { createAgentCustodian, type AgentCustodian } from '../../../src/adapters/clocks/agent/custodian.ts';
import type { AgentCredentials } from '../../../src/adapters/clocks/agent/credentials.ts';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import type { AgentTcp } from '../../../src/domain/agent.ts';
import { ourError } from '../../fixtures/rejected.ts';
import { testAuthority, type CertificateFiles } from '../../fixtures/agent/certificates.ts';
import { recordingCustodian, STATUS } from '../../fixtures/agent/recording-custodian.ts';
import { privateFolder } from '../../fixtures/agent/running.ts';

const TOKEN = 'a-token-of-a-gateway-0123';
const OPERATOR = 'a-token-of-an-operator-0123';
const REQUEST = { domain: 'd', devices: ['0'], holder: 'h', ttlMs: 5000, identity: '' };

describe('agent on a TLS port', () => {
  const folder = privateFolder();
  const ours = testAuthority(folder.path, 'ours');
  const theirs = testAuthority(folder.path, 'theirs');
  const server = ours.sign('node-a', 'IP:127.0.0.1');
  after(() => folder.remove());

  const custodian = recordingCustodian(() => 0);
  const closing: { close(): Promise<void> }[] = [];
  const refused: string[] = [];
  afterEach(async () => {
    custodian.asked.length = 0;
    refused.length = 0;
    for (const one of closing.splice(0).reverse()) await one.close();
  });
  const start = async (how: Partial<AgentTcp>): Promise<AgentServer> => {
    const started = await startAgentServer({
      makeFolder: makeFolders,
      custodian,
      time: realTime(),
      listen: { socket: null, tcp: { host: '127.0.0.1', port: 0, tls: server, ...how } },
      libc: null,
      onRefused: (identity, what) => refused.push(`${identity}: ${what}`),
    });
    closing.push(started);
    return started;
  };
  const clientOf = ({ addresses }: AgentServer, credentials: AgentCredentials): AgentCustodian => {
    const client = createAgentCustodian({ address: addresses[0]!, time: realTime(), ...credentials });
    closing.push(client);
    return client;
  };
  const secret = (name: string, text: string, mode = 0o600): string => {
    writeFileSync(folder.at(name), text);
    chmodSync(folder.at(name), mode);
    return folder.at(name);
  };

  describe('with client certificates', () => {
    const gateway = ours.sign('gateway', 'DNS:gateway.example');
    const operator = ours.sign('somebody', 'URI:spiffe://fleet/operator');
    const stranger = ours.sign('stranger', 'DNS:stranger.example');
    const forged = theirs.sign('gateway', 'DNS:gateway.example');
    const listen = () => start({ clientCaFile: ours.caFile, holders: ['gateway.example'], operators: ['spiffe://fleet/operator'] });
    const as = async (agent: AgentServer, files: Partial<CertificateFiles>) => clientOf(agent, { caFile: ours.caFile, ...files });

    it('knows a client by a name in its certificate, and its role by that name', async () => {
      const agent = await listen();
      const holder = await as(agent, gateway);
      await holder.acquire(REQUEST);
      expect(custodian.asked[0]![1]).to.include({ identity: 'certificate gateway.example' });
      expect(await ourError(holder.drain(''))).to.include({ code: 'NOT_PERMITTED', exitCode: 4 });
      expect(await ourError(holder.restore([], ''))).to.include({ code: 'NOT_PERMITTED' });
      expect(refused).to.deep.equal(['certificate gateway.example: drain', 'certificate gateway.example: restore']);
      await (await as(agent, operator)).drain('');
      expect(custodian.asked.at(-1)).to.deep.equal(['drain', 'certificate spiffe://fleet/operator']);
    });

    it('refuses names it does not know, certificates of another CA, and none', async () => {
      const agent = await listen();
      const unknown = await ourError((await as(agent, stranger)).status());
      expect(unknown).to.include({ code: 'NOT_PERMITTED' });
      expect(unknown.message).to.include('stranger');
      for (const files of [forged, {}]) {
        const error = await ourError((await as(agent, files)).status());
        expect(error.code).to.be.oneOf(['NOT_PERMITTED', 'NO_AGENT']);
        expect(error.hint).to.include('--cert-file');
      }
      expect(custodian.asked).to.deep.equal([]);
    });

    it("a certificate with a key of another is not the agent's fault", async () => {
      const mixed = { certFile: gateway.certFile, keyFile: stranger.keyFile };
      const error = await ourError((await as(await listen(), mixed)).status());
      expect(error).to.include({ code: 'FILE_MALFORMED' });
      expect(error.hint).to.include('--key-file');
    });

    it('is not believed without the CA that has signed it', async () => {
      const error = await ourError(clientOf(await listen(), gateway).status());
      expect(error).to.include({ code: 'NOT_PERMITTED' });
      expect(error.hint).to.include('--ca-file');
    });
  });

  describe('with tokens', () => {
    const hash = createHash('sha256').update(OPERATOR).digest('hex');
    const file = (): string => secret('tokens', `# who may\ngateway:holder:${TOKEN}\n\nops:operator:sha256:${hash}\n`);
    const as = (agent: AgentServer, token: string, name = 'token') =>
      clientOf(agent, { caFile: ours.caFile, tokenFile: secret(name, `${token}\n`) });

    it('knows a client by its token, in clear or as a hash', async () => {
      const agent = await start({ tokensFile: file() });
      const holder = as(agent, TOKEN);
      await holder.acquire(REQUEST);
      expect(custodian.asked[0]![1]).to.include({ identity: 'token gateway' });
      expect(await ourError(holder.resume(''))).to.include({ code: 'NOT_PERMITTED' });
      await as(agent, OPERATOR, 'other').resume('');
      expect(custodian.asked.at(-1)).to.deep.equal(['resume', 'token ops']);
    });

    it('refuses wrong tokens and none, and after ten of them looks at no further one for a while', async () => {
      const agent = await start({ tokensFile: file() });
      const codes: string[] = [];
      const none = clientOf(agent, { caFile: ours.caFile });
      expect(await ourError(none.status())).to.include({ code: 'NOT_PERMITTED' });
      const guesser = as(agent, `${TOKEN}x`);
      for (let i = 0; i < 11; i += 1) codes.push((await ourError(guesser.status())).code);
      expect(codes).to.deep.equal([...Array.from({ length: 9 }, () => 'NOT_PERMITTED'), 'AGENT_BUSY', 'AGENT_BUSY']);
      expect(custodian.asked).to.deep.equal([]);
    });

    it('trusts no tokens that others may read, on either side, and no file without a token', async () => {
      const agent = await start({ tokensFile: file() });
      expect(() => clientOf(agent, { tokenFile: secret('seen', TOKEN, 0o644) })).to.throw(/others may read/);
      expect(await ourError(start({ tokensFile: secret('open', `a:holder:${TOKEN}`, 0o640) }))).to.include({ code: 'NOT_PERMITTED' });
      for (const text of ['', 'a:holder:short', `a:root:${TOKEN}`, TOKEN, `a:holder:sha256:${'0'.repeat(63)}`]) {
        const error = await ourError(start({ tokensFile: secret('wrong', text) }));
        expect(error, text).to.include({ code: 'FILE_MALFORMED' });
        expect(error.message).to.not.include(TOKEN);
      }
    });

    it('speaks nothing unencrypted', async () => {
      const { addresses } = await start({ tokensFile: file() });
      const port = Number(new URL(addresses[0]!).port);
      const answered = await new Promise((resolve) => {
        const asking = request({ port, path: '/v1/status', headers: { authorization: `Bearer ${TOKEN}` } }, (response) =>
          resolve(response.statusCode),
        );
        asking.on('error', () => resolve('nothing')).end();
      });
      expect(answered).to.be.oneOf(['nothing', 400]);
      expect(custodian.asked).to.deep.equal([]);
      expect(
        await clientOf(await start({ tokensFile: file() }), { caFile: ours.caFile, tokenFile: secret('t', TOKEN) }).status(),
      ).to.deep.equal(STATUS);
    });
  });
});
