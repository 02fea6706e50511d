import { Box, Text } from 'ink';
import type { ScreenState } from '../../domain/screen.ts';
import { minutes } from '../text.ts';
import { Line } from './line.tsx';

/** What runs, for how long, and where its figures come from. */
export const Heading = ({ state }: { readonly state: ScreenState }) => {
  const { title, evidence, elapsedS, expectedS } = state;
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Box height={1} paddingX={1} justifyContent="space-between" columnGap={2}>
        <Text bold wrap="truncate-end">
          {title}
        </Text>
        <Box flexShrink={0}>
          <Text>
            {minutes(elapsedS)}
            {expectedS === null ? '' : <Text dimColor>{` of about ${minutes(expectedS)}`}</Text>}
          </Text>
        </Box>
      </Box>
      <Line>{evidence}</Line>
    </Box>
  );
};
