import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { ScreenState } from '../domain/screen.ts';
import { Fleet } from './components/fleet.tsx';
import { Footer } from './components/footer.tsx';
import { Heading } from './components/heading.tsx';
import { Help } from './components/help.tsx';
import { Blank } from './components/line.tsx';
import { PanelBox } from './components/panel.tsx';
import { Phases } from './components/phases.tsx';
import { Summary } from './components/summary.tsx';
import { focusedOn, layoutOf, type Column, type Layout, type Size } from './layout.ts';
import type { View } from './view.ts';

interface Props {
  readonly state: ScreenState;
  readonly view: View;
}

const Panels = ({ column, state, view }: Props & { readonly column: Column }) => (
  <Box flexDirection="column" width={column.width} flexShrink={0}>
    {column.panels.map((placed) => (
      <PanelBox key={placed.panel.id} placed={placed} state={state} view={view} />
    ))}
  </Box>
);

/** What is known of the work and the fleet, and what it comes to; pictures below. */
const Main = ({ state, view, layout }: Props & { readonly layout: Layout }) => {
  const { phases, instances, width, wide, below } = layout;
  const gap = layout.blanks && <Blank />;
  return (
    <Box flexDirection="column" width={width} flexShrink={0} overflow="hidden">
      {gap}
      <Phases phases={phases} wide={wide} />
      {instances.length > 0 && gap}
      <Fleet state={state} layout={layout} view={view} />
      {gap}
      <Summary state={state} layout={layout} view={view} />
      <Box columnGap={2}>
        {below.map((column, i) => (
          <Panels key={i} column={column} state={state} view={view} />
        ))}
      </Box>
    </Box>
  );
};

const All = ({ state, view, layout }: Props & { readonly layout: Layout }) => (
  <Box columnGap={2} flexGrow={1} flexShrink={1} overflow="hidden">
    <Main state={state} view={view} layout={layout} />
    {layout.right && <Panels column={layout.right} state={state} view={view} />}
  </Box>
);

/** Without phases and panels the fleet has all the room. */
const alone = (state: ScreenState): ScreenState => ({
  title: state.title,
  evidence: state.evidence,
  elapsedS: state.elapsedS,
  expectedS: state.expectedS,
  phases: [],
  measuring: state.measuring,
  slo: state.slo,
  instances: state.instances,
  saving: state.saving,
  baselineJPerToken: state.baselineJPerToken,
  ...(state.figure ? { figure: state.figure } : {}),
  decision: state.decision,
  warnings: [],
  power: [],
});

const bodyOf = (state: ScreenState, view: View, size: Size, layout: Layout): ReactNode => {
  if (view.help) return <Help state={state} height={layout.height - 3} />;
  const placed = view.focus === null ? null : focusedOn(state, view.focus, size);
  if (placed) return <PanelBox placed={placed} state={state} view={view} />;
  return <All state={view.focus === 'fleet' ? alone(state) : state} view={view} layout={layout} />;
};

/** The frame's layout: of all that there is, of the fleet alone, or of a window that something else has for itself. */
export const frameLayout = (state: ScreenState, view: View, size: Size): Layout => {
  const layout = layoutOf(view.focus === 'fleet' ? alone(state) : state, view, size);
  const full = view.help || (view.focus !== null && view.focus !== 'fleet');
  return full ? { ...layout, height: Math.max(1, size.rows - 1), footer: view.keys } : layout;
};

/** The whole frame, cut to the window whatever it holds. */
export const Screen = ({ state, view, size }: Props & { readonly size: Size }) => {
  const layout = frameLayout(state, view, size);
  return (
    <Box flexDirection="column" width={size.columns} height={layout.height} overflow="hidden">
      <Heading state={state} />
      <Box flexDirection="column" flexGrow={1} flexShrink={1} overflow="hidden">
        {bodyOf(state, view, size, layout)}
      </Box>
      {layout.footer && <Footer view={view} elapsedS={state.elapsedS} />}
    </Box>
  );
};
