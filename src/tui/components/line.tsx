import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { styleOf } from '../colours.ts';
import type { Row } from '../spans.ts';

/** One row of the screen: cut at the window's edge, never wrapped and never squeezed away. */
export const Line = ({ children, indent = 1 }: { readonly children?: ReactNode; readonly indent?: number }) => (
  <Box height={1} flexShrink={0} paddingLeft={indent} overflow="hidden">
    <Text wrap="truncate-end">{children}</Text>
  </Box>
);

/** An empty row. */
export const Blank = () => <Box height={1} flexShrink={0} />;

/** Rows of styled text. */
export const Rows = ({ rows }: { readonly rows: readonly Row[] }) => (
  <>
    {rows.map((row, i) => (
      <Line key={i}>
        {row.map(({ text, tone }, at) => (
          <Text key={at} {...styleOf(tone)}>
            {text}
          </Text>
        ))}
      </Line>
    ))}
  </>
);
