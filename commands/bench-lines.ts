import type { BenchOptions } from '../src/compose/bench.ts';
import type { Log } from './log.ts';

interface Progress {
  readonly sent: number;
  readonly ended: number;
}

const PARTS = 10;

/** A line for each phase, and one for each tenth of the requests. */
export function benchHooks(log: Log, { planned, repeats }: Pick<BenchOptions, 'planned' | 'repeats'>) {
  const total = planned.schedule.length;
  const say = (text: string): void => log(text, 'bench');
  const nth = (repeat: number): string => (repeats > 1 ? ` ${repeat + 1} of ${repeats}` : '');
  let told = 0;
  const progress = ({ sent, ended }: Progress): void => {
    const now = Math.floor((PARTS * ended) / total);
    if (now <= told || ended >= total) return;
    told = now;
    say(`${ended} of ${total} requests ended, ${sent - ended} under way`);
  };
  return {
    onLog: (source: string, line: string): void => log(`${source}: ${line}`, 'process', 'debug'),
    note: (text: string): void => log(text, 'bench', 'warn'),
    kept: (id: string): void => say(`kept as ${id}`),
    warming: (repeat: number): void => say(`warming up${nth(repeat)}`),
    measuring: (repeat: number, requests: number): void => {
      told = 0;
      say(`measuring${nth(repeat)}: ${planned.load.loop === 'closed' ? 'up to ' : ''}${requests} requests`);
    },
    progress,
  };
}
