import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { ScreenState } from '../../domain/screen.ts';
import { number, signed } from '../../reporting/format.ts';
import { ATTENTION, GOOD } from '../colours.ts';
import type { Layout } from '../layout.ts';
import { minutes, sparkline } from '../text.ts';
import { Line } from './line.tsx';

const LABEL_WIDTH = 15;
const Labelled = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <Line>
    <Text dimColor>{label.padEnd(LABEL_WIDTH)}</Text>
    {children}
  </Line>
);

const Saving = ({ saving, baselineJPerToken }: ScreenState) => {
  if (saving === null) {
    return baselineJPerToken === null ? (
      <Text dimColor>known during the second run</Text>
    ) : (
      <>{`${number(baselineJPerToken, 3)} J per output token in the baseline`}</>
    );
  }
  const { savedPct, candidateJPerToken, atS } = saving;
  return (
    <>
      <Text bold color={savedPct > 0 ? GOOD : ATTENTION}>
        {signed(savedPct, 1, '%')}
      </Text>
      {`  ${number(candidateJPerToken, 3)} J per output token, baseline ${number(saving.baselineJPerToken, 3)} at ${minutes(atS)}`}
    </>
  );
};

const Decision = ({ decision }: ScreenState) =>
  decision === null ? (
    <Text dimColor>none so far</Text>
  ) : (
    <>{`${decision.instance} ${decision.fromMhz} → ${decision.toMhz} MHz: ${decision.reason}`}</>
  );

/** Watts of the fleet over both runs, one under the other on the same axes. */
const Power = ({ power }: ScreenState) => {
  const top = Math.max(...power.flatMap(({ watts }) => watts));
  return (
    <>
      {power.map(({ name, watts }) => (
        <Labelled key={name} label={`${name} W`}>
          <Text {...(name === 'candidate' ? { color: GOOD } : {})}>{sparkline(watts, top)}</Text>
          {` ${number(watts.at(-1) ?? null, 0, 'W')}`}
        </Labelled>
      ))}
    </>
  );
};

/** What it comes to: the saving, the newest clock change and why, and what went wrong. */
export const Summary = ({ state, layout }: { readonly state: ScreenState; readonly layout: Layout }) => (
  <Box flexDirection="column" flexShrink={0}>
    {state.figure ? (
      <Labelled label={state.figure.label}>{state.figure.text}</Labelled>
    ) : (
      <Labelled label="saved so far">
        <Saving {...state} />
      </Labelled>
    )}
    <Labelled label="last change">
      <Decision {...state} />
    </Labelled>
    {layout.warnings.map((warning, i) => (
      <Line key={i}>
        <Text color={ATTENTION}>{'warning'.padEnd(LABEL_WIDTH)}</Text>
        {warning}
      </Line>
    ))}
    {layout.power && <Line />}
    {layout.power && <Power {...state} />}
  </Box>
);
