import { Text } from 'ink';
import type { ScreenState } from '../../domain/screen.ts';
import { PANELS, panelsOf } from '../panels.ts';
import { Line } from './line.tsx';

const KEYS: readonly (readonly [string, string])[] = [
  ['?', 'this page; Esc or ? closes it'],
  ['space p', 'holds the picture still; the work goes on'],
  ['tab 1..9', 'one panel alone in the window; Esc shows all again'],
  ['↑ ↓ j k', 'scroll a fleet that does not fit'],
  ['s', 'sort the fleet by id, watts, load, latency'],
  ['m', 'energy map of decode or of prefill'],
  ['u', 'W, J per token, ms, or kW, mJ per token, s'],
  ['q q', 'ends in order, as Ctrl-C does'],
];
const KEY_WIDTH = 10;

/** What the keys do, and which panels there are. */
export const Help = ({ state, height }: { readonly state: ScreenState; readonly height: number }) => {
  const names = panelsOf(state).map((id, i) => `${i + 1} ${PANELS.find((panel) => panel.id === id)?.name ?? 'fleet'}`);
  const lines: readonly (readonly [string, string])[] = [...KEYS, ['panels', names.join('  ')]];
  return (
    <>
      {lines.slice(0, height).map(([keys, text]) => (
        <Line key={keys}>
          <Text bold>{keys.padEnd(KEY_WIDTH)}</Text>
          {text}
        </Line>
      ))}
    </>
  );
};
