import { Box, Text } from 'ink';
import { ROLES } from '../../domain/instance.ts';
import type { ScreenState } from '../../domain/screen.ts';
import { ATTENTION } from '../colours.ts';
import { headOf, rowOf, type Cell } from '../fleet-table.ts';
import type { Layout } from '../layout.ts';
import { Line } from './line.tsx';

const Row = ({ cells }: { readonly cells: readonly Cell[] }) => (
  <Line>
    {cells.map(({ text, attention }, i) =>
      attention ? (
        <Text key={i} bold color={ATTENTION}>
          {text}
        </Text>
      ) : (
        text
      ),
    )}
  </Line>
);

/** The fleet, role by role: clocks in MHz, power of all GPUs of an instance, load, latency in ms. */
export const Fleet = ({ state, layout }: { readonly state: ScreenState; readonly layout: Layout }) => {
  const { instances, hidden, wide } = layout;
  return (
    <Box flexDirection="column" flexShrink={0}>
      {ROLES.filter((role) => instances.some((instance) => instance.role === role)).map((role) => (
        <Box key={role} flexDirection="column" flexShrink={0}>
          <Line>
            <Text dimColor>{headOf(role, state, wide)}</Text>
          </Line>
          {instances
            .filter((instance) => instance.role === role)
            .map((instance) => (
              <Row key={instance.id} cells={rowOf(instance, state, wide)} />
            ))}
        </Box>
      ))}
      {hidden > 0 && (
        <Line>
          <Text dimColor>{`and ${hidden} more; a taller window shows them`}</Text>
        </Line>
      )}
    </Box>
  );
};
