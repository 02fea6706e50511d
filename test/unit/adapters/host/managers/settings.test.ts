import { expect } from 'chai';
import fc from 'fast-check';
import { settingsIn } from '../../../../../src/adapters/host/managers/settings.ts';

const brief = (line: string) => settingsIn(line).map(({ tool, sets, devices }) => [tool, sets, devices]);

describe('settingsIn', () => {
  const lines: Readonly<Record<string, unknown[]>> = {
    'nvidia-smi -lgc 1005': [['nvidia-smi', 'clocks', null]],
    'sudo -n /usr/bin/nvidia-smi --id=GPU-1,GPU-2 --lock-gpu-clocks=1005,1410': [['nvidia-smi', 'clocks', ['GPU-1', 'GPU-2']]],
    'for i in 0 1; do nvidia-smi -i $i -pl 300; done': [['nvidia-smi', 'power', null]],
    'nvidia-smi -i "0" -pl 300 -lgc 900': [['nvidia-smi', 'both', ['0']]],
    "bash -lc 'sleep 5 && nvidia-smi -lgc 900' &": [['nvidia-smi', 'clocks', null]],
    'test -e /dev/nvidia0 && nvidia-smi -lgc 900 || true': [['nvidia-smi', 'clocks', null]],
    'rocm-smi -d 0 --setpoweroverdrive 300 --setsclk 3': [['rocm-smi', 'both', ['0']]],
    'amd-smi set -g all --clk-limit sclk max 1500': [['amd-smi', 'clocks', null]],
    'amd-smi monitor -p -l 5': [],
    'dcgmi config --set -g 2 -P 300': [['dcgmi', 'power', null]],
    'cpupower -c all frequency-set -u 2GHz': [['cpupower', 'clocks', null]],
    'cpupower frequency-info': [],
    'nvidia-smi boost-slider --vboost 1': [['nvidia-smi', 'power', null]],
    'valueOf constructor': [],
    'nvidia-smi # -lgc 900': [],
    'nvidia-smi dmon -s pucvmt -i 0': [],
    'echo 300000000 > /sys/class/drm/card1/device/hwmon/hwmon3/power1_cap': [['power1_cap', 'power', null]],
    'cat /sys/class/drm/card1/device/pp_dpm_sclk > /tmp/clocks': [],
  };
  for (const [line, expected] of Object.entries(lines)) it(line, () => expect(brief(line)).to.deep.equal(expected));

  it('ends, and never throws, whatever the line', () => {
    const word = fc.constantFrom(
      'nvidia-smi',
      '-lgc',
      '-i',
      '0',
      '"',
      "'",
      '\\',
      '$(',
      ')',
      '`',
      '#',
      '>',
      '&&',
      ';',
      '|',
      'sh -c',
      ' ',
      '\n',
      '=',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')),
        ),
        (line) => {
          for (const { sets } of settingsIn(line)) expect(['clocks', 'power', 'both']).to.include(sets);
        },
      ),
    );
  });
});
