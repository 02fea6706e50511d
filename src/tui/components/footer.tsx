import { Text } from 'ink';
import { styleOf } from '../colours.ts';
import { minutes } from '../text.ts';
import type { View } from '../view.ts';
import { Line } from './line.tsx';

const hintsOf = ({ sort, focus }: View): string =>
  `? help  space pause  tab panels${focus === null ? '' : '  Esc all'}  s sort: ${sort}  m map  u units  q quit`;

/** What stands there instead of the hints while something is not as usual. */
const noticeOf = ({ paused, quit }: View, elapsedS: number): string | null => {
  if (quit === 'asked') return 'q again ends it in order, as Ctrl-C does; any other key goes on';
  if (quit === 'sent') return 'ending in order; Ctrl-C ends it at once';
  return paused ? `PAUSED at ${minutes(elapsedS)}: the work goes on, space shows it again` : null;
};

/** The last row: what the keys do, or what they have done. */
export const Footer = ({ view, elapsedS }: { readonly view: View; readonly elapsedS: number }) => {
  const notice = noticeOf(view, elapsedS);
  return <Line>{notice === null ? <Text dimColor>{hintsOf(view)}</Text> : <Text {...styleOf('attention')}>{notice}</Text>}</Line>;
};
