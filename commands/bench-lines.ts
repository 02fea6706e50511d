import type { BenchOptions, BenchView } from '../src/compose/bench.ts';

interface Progress {
  readonly sent: number;
  readonly ended: number;
}

const PARTS = 10;

/** A line for each phase, and one for each tenth of the requests; the view is told as well. */
export function benchHooks({ say: log, sayBelow, listener }: BenchView, { planned, repeats }: Pick<BenchOptions, 'planned' | 'repeats'>) {
  const total = planned.schedule.length;
  const say = (text: string): void => log(text, 'bench');
  const nth = (repeat: number): string => (repeats > 1 ? ` ${repeat + 1} of ${repeats}` : '');
  let told = 0;
  const progress = ({ sent, ended }: Progress): void => {
    listener.progress?.({ sent, ended });
    const now = Math.floor((PARTS * ended) / total);
    if (now <= told || ended >= total) return;
    told = now;
    say(`${ended} of ${total} requests ended, ${sent - ended} under way`);
  };
  return {
    ...listener,
    onLog: (source: string, line: string): void => log(`${source}: ${line}`, 'process', 'debug'),
    note: (text: string): void => log(text, 'bench', 'warn'),
    kept: (id: string): void => sayBelow(`kept as ${id}`, 'bench'),
    warming: (repeat: number): void => {
      listener.warming?.(repeat);
      say(`warming up${nth(repeat)}`);
    },
    measuring: (repeat: number, requests: number): void => {
      told = 0;
      listener.measuring?.(repeat, requests);
      say(`measuring${nth(repeat)}: ${planned.load.loop === 'closed' ? 'up to ' : ''}${requests} requests`);
    },
    progress,
  };
}
