import { Box, Text } from 'ink';
import type { PhaseStatus, ScreenPhase } from '../../domain/screen.ts';
import { ATTENTION, GOOD } from '../colours.ts';
import { fullCells } from '../text.ts';
import { Line } from './line.tsx';

const MARKS: Readonly<Record<PhaseStatus, string>> = { waiting: '·', running: '▸', done: '✓', stopped: '■' };
const NAME_WIDTH = 11;

const Bar = ({ progress, width }: { readonly progress: NonNullable<ScreenPhase['progress']>; readonly width: number }) => {
  const full = fullCells(progress.done, progress.total, width);
  return (
    <>
      <Text color={GOOD}>{'━'.repeat(full)}</Text>
      <Text dimColor>{'─'.repeat(width - full)}</Text>
      {` ${progress.text}  `}
    </>
  );
};

const Phase = ({ phase, barWidth }: { readonly phase: ScreenPhase; readonly barWidth: number }) => {
  const { name, status, progress, note } = phase;
  const colour = status === 'running' ? { color: GOOD } : status === 'stopped' ? { color: ATTENTION } : {};
  return (
    <Line>
      <Text {...colour}>{MARKS[status]}</Text>
      <Text bold={status === 'running'} dimColor={status === 'waiting'}>{` ${name.padEnd(NAME_WIDTH)}`}</Text>
      {status === 'stopped' ? 'stopped: ' : ''}
      {progress && <Bar progress={progress} width={barWidth} />}
      <Text dimColor={status === 'waiting' || progress !== null}>{note}</Text>
    </Line>
  );
};

/** The work from its first step to its last: what is done, what runs and how far it is, what comes. */
export const Phases = ({ phases, wide }: { readonly phases: readonly ScreenPhase[]; readonly wide: boolean }) => (
  <Box flexDirection="column" flexShrink={0}>
    {phases.map((phase) => (
      <Phase key={phase.name} phase={phase} barWidth={wide ? 40 : 16} />
    ))}
  </Box>
);
