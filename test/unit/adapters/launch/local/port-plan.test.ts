import { expect } from 'chai';
import { assertAllFree, assertDistinct, fixedPorts } from '../../../../../src/adapters/launch/local/port-plan.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';

const failureOf = async (work: Promise<unknown>): Promise<VoltanaError> =>
  work.then(
    () => expect.fail('did not fail'),
    (error: VoltanaError) => error,
  );

describe('local launcher: ports', () => {
  it('lists what is fixed and leaves free ones out', () => {
    expect(
      fixedPorts([
        { id: 'p0', port: 30000, bootstrapPort: 0 },
        { id: 'd0', controlPort: 30001 },
      ]),
    ).to.deep.equal([
      { instance: 'p0', port: 30000 },
      { instance: 'd0', port: 30001 },
    ]);
  });

  it('refuses one port for two, naming both', () => {
    const ports = fixedPorts([
      { id: 'p0', port: 30000 },
      { id: 'd0', controlPort: 30000 },
    ]);
    expect(() => assertDistinct(ports))
      .to.throw(VoltanaError, /p0 and d0.*30000/)
      .with.property('code', 'BAD_VALUE');
  });

  it('names the instance and the port that is taken', async () => {
    const taken = (_host: string, port: number) =>
      port === 30001 ? Promise.reject(new VoltanaError('PORT_TAKEN', 'taken')) : Promise.resolve();
    const ports = [
      { instance: 'p0', port: 30000 },
      { instance: 'd0', port: 30001 },
    ];
    const error = await failureOf(assertAllFree(ports, '127.0.0.1', taken));
    expect(error.code).to.equal('PORT_TAKEN');
    expect(error.message).to.match(/d0.*30001/);
  });
});
