import { expect } from 'chai';
import { startProcess, type StartOptions } from '../../../../../src/adapters/launch/local/start-process.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import { fixture, isAlive, until } from '../../../../fixtures/programs.ts';

const optionsFor = (mood: string, more: Partial<StartOptions> = {}): StartOptions => ({
  name: 'c1',
  args: ['--import', 'tsx', fixture('launch/child.ts'), mood],
  spec: { a: 1 },
  signal: new AbortController().signal,
  ...more,
});
const failureOf = async (options: StartOptions): Promise<VoltanaError> => {
  try {
    await (await startProcess(options)).stop();
  } catch (error) {
    return error as VoltanaError;
  }
  return expect.fail('it started');
};

describe('start process', () => {
  it('hands the spec over, returns the ready line, and stops twice without fuss', async () => {
    const child = await startProcess(optionsFor('well'));
    expect(child.ready).to.deep.include({ url: 'http://127.0.0.1:1', spec: { a: 1 } });
    expect(isAlive(child.pid)).to.equal(true);
    await Promise.all([child.stop(), child.stop()]);
    await child.stop();
    expect(isAlive(child.pid)).to.equal(false);
    const outcome = await Promise.race([child.failed, new Promise((resolve) => setTimeout(resolve, 50, 'still pending'))]);
    expect(outcome).to.equal('still pending');
  });

  it('passes the child’s own error on', async () => {
    expect(await failureOf(optionsFor('refuses'))).to.include({ code: 'PORT_TAKEN', message: 'c1: port 7 is taken', hint: 'take 8' });
  });

  it('says how it ended and what it last said', async () => {
    const error = await failureOf(optionsFor('dies'));
    expect(error).to.be.instanceOf(VoltanaError).and.include({ code: 'PROCESS_FAILED', exitCode: 5 });
    expect(error.message).to.match(/c1 ended with exit code 3.*warming up\ncannot go on/s);
  });

  it('says that a command does not exist', async () => {
    const error = await failureOf(optionsFor('well', { command: '/no/such/program' }));
    expect(error).to.include({ code: 'PROCESS_FAILED' });
    expect(error.message).to.match(/did not start.*ENOENT/s);
  });

  it('gives up on a child that does not become ready', async () => {
    const error = await failureOf(optionsFor('mute', { readyTimeoutMs: 1500 }));
    expect(error.message).to.match(/not ready within 1500 ms/);
  });

  it('ends with the signal, the child gone', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 300);
    expect(await failureOf(optionsFor('mute', { signal: controller.signal }))).to.equal(reason);
  });

  it('kills a child that ignores SIGTERM', async () => {
    const child = await startProcess(optionsFor('stubborn'));
    await child.stop();
    expect(isAlive(child.pid)).to.equal(false);
  });

  it('keeps reading from a talkative child and reports its later end', async () => {
    const child = await startProcess(optionsFor('talkative'));
    await child.stop();
    const dying = await startProcess(optionsFor('dies-later'));
    expect((await dying.failed).message).to.match(/c1 ended with exit code 9/);
    await dying.stop();
  });

  it('forwards stderr line by line', async () => {
    const lines: string[] = [];
    const child = await startProcess(optionsFor('well', { onLog: (line) => lines.push(line) }));
    await until('the line came', () => lines.includes('warming up'));
    await child.stop();
  });
});
