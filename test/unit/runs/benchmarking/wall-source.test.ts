import { expect } from 'chai';
import { targetOf } from '../../../../src/adapters/load/stream/target.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { wallSource } from '../../../../src/runs/benchmarking/wall-source.ts';

const read = (text: string) => wallSource(text, (url) => void targetOf(url, ''));

const refused = (text: string): VoltanaError => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof VoltanaError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
};

describe('a wall meter as it is asked for', () => {
  const cases: Record<string, [select: string | null, quantity: string, factor: number]> = {
    'http://plug/cm?cmnd=status%208#StatusSNS.ENERGY.Total': ['StatusSNS.ENERGY.Total', 'energy', 3.6e6],
    'http://plug:80/rpc/Switch.GetStatus?id=0#aenergy.total': ['aenergy.total', 'energy', 3600],
    'http://plug/rpc/Switch.GetStatus?id=0#apower': ['apower', 'power', 1],
    'https://bmc/redfish/v1/Chassis/1/Power#PowerControl[0].PowerConsumedWatts': ['PowerControl[0].PowerConsumedWatts', 'power', 1],
    'https://bmc/metrics#EnergykWh.Reading:kWh': ['EnergykWh.Reading', 'energy', 3.6e6],
    'http://h:9100/metrics#node_hwmon_power_average_watt{chip="a:b"}': ['node_hwmon_power_average_watt{chip="a:b"}', 'power', 1],
    'http://h:9100/metrics#pdu_energy_joules_total{outlet="3"}': ['pdu_energy_joules_total{outlet="3"}', 'energy', 1],
    'http://h/metrics#job:pdu:W': ['job:pdu', 'power', 1],
    'http://h/metrics#wall:kw': ['wall', 'power', 1000],
    '/sys/class/hwmon/hwmon3/power1_input': [null, 'power', 1e-6],
    '/sys/class/hwmon/hwmon3/device/energy12_input': [null, 'energy', 1e-6],
    '/sys/class/powercap/intel-rapl:0/energy_uj': [null, 'energy', 1e-6],
    'meter.txt:Wmin': [null, 'energy', 60],
    'http://10.0.0.9/watts': [null, 'power', 1],
  };
  for (const [text, [select, quantity, factor]] of Object.entries(cases))
    it(text, () => expect(read(text)).to.deep.include({ text, select, quantity, factor }));

  it('is a file where it is no URL', () => {
    expect(read('a/b.json#x:J').at).to.deep.equal({ kind: 'file', path: 'a/b.json' });
    expect(read('http://h:1/x?y=1#z:J').at).to.deep.equal({ kind: 'url', url: 'http://h:1/x?y=1' });
  });

  const wrong: Record<string, RegExp> = {
    '': /names no meter/,
    '#power:W': /names no meter/,
    'http://h/x#:W': /nothing behind its #/,
    'http://h/x#total': /does not say its unit/,
    'http://h/x#total:mj': /does not say its unit/,
    'meter.txt': /does not say its unit/,
    'ftp://h/x#power:W': /is not an http URL/,
    'http://me:secret@h/x#power:W': /holds a name or a password/,
  };
  for (const [text, message] of Object.entries(wrong))
    it(`is not ${JSON.stringify(text)}`, () => {
      const error = refused(text);
      expect(error).to.include({ code: 'BAD_VALUE', exitCode: 2 });
      expect(error.message).to.match(message);
      expect(error.hint.length).to.be.greaterThan(10);
    });
});
