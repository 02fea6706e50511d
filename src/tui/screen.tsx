import { Box } from 'ink';
import type { ScreenState } from '../domain/screen.ts';
import { Fleet } from './components/fleet.tsx';
import { Heading } from './components/heading.tsx';
import { Blank } from './components/line.tsx';
import { Phases } from './components/phases.tsx';
import { Summary } from './components/summary.tsx';
import { layoutOf, type Size } from './layout.ts';

/** The whole frame, cut to the window whatever it holds. */
export const Screen = ({ state, size }: { readonly state: ScreenState; readonly size: Size }) => {
  const layout = layoutOf(state, size);
  const gap = layout.blanks && <Blank />;
  return (
    <Box flexDirection="column" width={size.columns} height={layout.height} overflow="hidden">
      <Heading state={state} />
      {gap}
      <Phases phases={layout.phases} wide={layout.wide} />
      {gap}
      <Fleet state={state} layout={layout} />
      {gap}
      <Summary state={state} layout={layout} />
    </Box>
  );
};
