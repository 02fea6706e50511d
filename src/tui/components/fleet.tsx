import { Box, Text } from 'ink';
import type { Role } from '../../domain/instance.ts';
import { ROLES } from '../../domain/instance.ts';
import type { ScreenState } from '../../domain/screen.ts';
import { styleOf } from '../colours.ts';
import { headOf, nameWidth, rowOf, type Cell } from '../fleet-table.ts';
import type { Layout } from '../layout.ts';
import { scaleOf, type Scale } from '../units.ts';
import type { View } from '../view.ts';
import { Line } from './line.tsx';

interface RowProps {
  readonly name: string;
  readonly wide: boolean;
  readonly cells: readonly Cell[];
  readonly dim?: boolean;
}

/** The name has a box of its own: it is cut and filled by the width that the terminal gives it. */
const Row = ({ name, wide, cells, dim = false }: RowProps) => (
  <Box height={1} flexShrink={0} paddingLeft={1} overflow="hidden">
    <Box width={nameWidth(wide)} paddingRight={1} flexShrink={0}>
      <Text wrap="truncate-end" dimColor={dim}>
        {name}
      </Text>
    </Box>
    <Text wrap="truncate-end" dimColor={dim}>
      {cells.map(({ text, attention }, i) => (
        <Text key={i} {...(attention ? styleOf('attention') : {})}>
          {text}
        </Text>
      ))}
    </Text>
  </Box>
);

const head = (role: Role, state: ScreenState, scale: Scale, wide: boolean) => (
  <Row name={role} wide={wide} cells={[{ text: headOf(role, state, scale, wide), attention: false }]} dim />
);

const moreText = ({ hidden, maxScroll }: Layout, { keys, scroll }: View): string => {
  const past = Math.min(scroll, maxScroll);
  return keys
    ? `and ${hidden} more; ↑ ↓ show them${past > 0 ? ` (${past} of ${maxScroll} down)` : ''}`
    : `and ${hidden} more; a taller window shows them`;
};

/** The fleet, role by role: clocks in MHz, power of all GPUs of an instance, load, latency. */
export const Fleet = ({ state, layout, view }: { readonly state: ScreenState; readonly layout: Layout; readonly view: View }) => {
  const { instances, hidden, wide } = layout;
  const scale = scaleOf(view.units);
  return (
    <Box flexDirection="column" flexShrink={0}>
      {ROLES.filter((role) => instances.some((instance) => instance.role === role)).map((role) => (
        <Box key={role} flexDirection="column" flexShrink={0}>
          {head(role, state, scale, wide)}
          {instances
            .filter((instance) => instance.role === role)
            .map((instance, i) => (
              <Row key={i} name={instance.id} wide={wide} cells={rowOf(instance, state, scale, wide)} />
            ))}
        </Box>
      ))}
      {hidden > 0 && (
        <Line>
          <Text dimColor>{moreText(layout, view)}</Text>
        </Line>
      )}
    </Box>
  );
};
