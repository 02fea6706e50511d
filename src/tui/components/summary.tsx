import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { ScreenState } from '../../domain/screen.ts';
import { signed } from '../../reporting/format.ts';
import { ATTENTION, GOOD } from '../colours.ts';
import { summaryRows, type Layout } from '../layout.ts';
import { minutes } from '../text.ts';
import { scaleOf, type Scale } from '../units.ts';
import type { View } from '../view.ts';
import { Line } from './line.tsx';

const LABEL_WIDTH = 15;
const Labelled = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <Line>
    <Text dimColor>{label.padEnd(LABEL_WIDTH)}</Text>
    {children}
  </Line>
);

type Energy = Scale['energy'];

const Saving = ({ state, energy }: { readonly state: ScreenState; readonly energy: Energy }) => {
  const { saving, baselineJPerToken } = state;
  if (saving === null) {
    return baselineJPerToken === null ? (
      <Text dimColor>known during the second run</Text>
    ) : (
      <>{`${energy.perToken(baselineJPerToken)} ${energy.unit} per output token in the baseline`}</>
    );
  }
  const { savedPct, candidateJPerToken, atS } = saving;
  const baseline = energy.perToken(saving.baselineJPerToken);
  return (
    <>
      <Text bold color={savedPct > 0 ? GOOD : ATTENTION}>
        {signed(savedPct, 1, '%')}
      </Text>
      {`  ${energy.perToken(candidateJPerToken)} ${energy.unit} per output token, baseline ${baseline} at ${minutes(atS)}`}
    </>
  );
};

const Decision = ({ decision }: ScreenState) =>
  decision === null ? (
    <Text dimColor>none so far</Text>
  ) : (
    <>{`${decision.instance} ${decision.fromMhz} → ${decision.toMhz} MHz: ${decision.reason}`}</>
  );

const Figures = ({ state, energy }: { readonly state: ScreenState; readonly energy: Energy }) => {
  const all = summaryRows(state) === 2;
  const { figure, decision } = state;
  return (
    <>
      {figure ? (
        <Labelled label={figure.label}>{figure.text}</Labelled>
      ) : (
        all && (
          <Labelled label="saved so far">
            <Saving state={state} energy={energy} />
          </Labelled>
        )
      )}
      {(all || decision !== null) && (
        <Labelled label="last change">
          <Decision {...state} />
        </Labelled>
      )}
    </>
  );
};

/** What it comes to: the saving, the newest clock change and why, and what went wrong. */
export const Summary = ({ state, layout, view }: { readonly state: ScreenState; readonly layout: Layout; readonly view: View }) => (
  <Box flexDirection="column" flexShrink={0}>
    <Figures state={state} energy={scaleOf(view.units).energy} />
    {layout.warnings.map((warning, i) => (
      <Line key={i}>
        <Text color={ATTENTION}>{'warning'.padEnd(LABEL_WIDTH)}</Text>
        {warning}
      </Line>
    ))}
  </Box>
);
