import { Box, Text } from 'ink';
import type { ScreenState } from '../../domain/screen.ts';
import type { Placed } from '../layout.ts';
import type { View } from '../view.ts';
import { Blank, Line, Rows } from './line.tsx';

/** An indent on the left, and none on the right. */
const MARGIN = 1;
const FRAME_ROWS = 2;

/** One picture or list under its name, in exactly the room that it was given. */
export const PanelBox = ({ placed, state, view }: { readonly placed: Placed; readonly state: ScreenState; readonly view: View }) => {
  const { panel, digit, width, height } = placed;
  const rows = height > FRAME_ROWS ? panel.rows(state, view, width - MARGIN, height - FRAME_ROWS).slice(0, height - FRAME_ROWS) : [];
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Blank />
      <Line>
        {view.keys && digit > 0 ? <Text dimColor>{`${digit} `}</Text> : ''}
        <Text bold>{panel.name}</Text>
        <Text dimColor>{`  ${panel.title(state, view)}`}</Text>
      </Line>
      <Rows rows={rows} />
    </Box>
  );
};
