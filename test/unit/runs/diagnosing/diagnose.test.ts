import { expect } from 'chai';
import { ScriptedDevices } from '../../../fixtures/custody/scripted-devices.ts';
import { examine, machine, manager, statusesOf } from '../../../fixtures/doctor.ts';
import { validator } from '../../../fixtures/schemas.ts';

const SETTING = ['lock', 'lockMemory', 'limitPower', 'restore', 'before', 'events'] as const;

describe('diagnose', () => {
  it('is a document of its schema, and reads only', async () => {
    const { gpus, time } = machine(2);
    const diagnosis = await examine({ gpus: gpus!, time: time!, facts: { administers: true }, managers: [manager] });
    const validate = validator('doctor');
    expect(validate(JSON.parse(JSON.stringify(diagnosis))), JSON.stringify(validate.errors)).to.equal(true);
    for (const verb of SETTING) expect(gpus!.count(verb), verb).to.equal(0);
    expect(gpus!.open).to.equal(false);
  });

  it('two GPUs and somebody who may set clocks: nothing is wrong', async () => {
    const diagnosis = await examine({ facts: { administers: true } });
    expect(diagnosis.checks.filter(({ status }) => status === 'failure')).to.deep.equal([]);
    expect(diagnosis.exitCode).to.equal(0);
    expect(diagnosis.devices.map(({ lowestMhz, highestMhz, clocks }) => [lowestMhz, highestMhz, clocks])).to.deep.equal([
      [210, 1410, 6],
      [210, 1410, 6],
    ]);
    expect(statusesOf(diagnosis, 'devices.energy')).to.deep.equal(['ok', 'ok']);
  });

  it('a bug is not told as a finding', async () => {
    const broken = new ScriptedDevices({ nowMs: () => 0, count: 1 });
    broken.list = () => Promise.reject(new TypeError('oops'));
    expect(await examine({ devices: [broken] }).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
  });
});
