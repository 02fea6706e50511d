import { givenTunables, type GivenTunables } from '../../domain/tunables.ts';
import type { RoutingPolicy } from '../policy.ts';
import { PrefixBook } from '../prefix-book.ts';
import { AwakeSet } from './awake-set.ts';
import { EcoDecode } from './decode.ts';
import { holdForCompany, holdForIteration } from './holding.ts';
import { Overload } from './overload.ts';
import { EcoPrefill } from './prefill.ts';
import { ECO_TUNABLES, tunedEco, type EcoTunables } from './tunables.ts';

/** What it has answered so far, as far as that matters for what it answers next. */
interface Memory {
  readonly book: PrefixBook;
  readonly awake: AwakeSet;
  readonly overload: Overload;
}

const blank = ({ prefixBlocks, awake }: EcoTunables): Memory => ({
  book: new PrefixBook(prefixBlocks),
  awake: new AwakeSet(awake),
  overload: new Overload(),
});

/**
 * voltana's routing: each request goes where it adds the least predicted energy to the fleet while every SLO is kept, and
 * waits at the gateway while that costs nobody anything. Light load so gathers on few instances, and the others idle at
 * their lowest clock. What it remembers is only what it has answered and what predictors have said.
 */
export function ecoRouting(tunables: EcoTunables = ECO_TUNABLES, { book, awake, overload }: Memory = blank(tunables)): RoutingPolicy {
  const prefill = new EcoPrefill(tunables, book);
  const decode = new EcoDecode(tunables, awake, overload);
  return {
    id: 'eco',
    choose(question) {
      const choice = prefill.choose(question);
      const hold = holdForIteration(question, choice, tunables) ?? holdForCompany(question, choice, tunables);
      if (hold) return hold;
      const { id, reason } = decode.choose(question);
      book.sent(choice.candidate.id, question.request);
      const late = choice.costJ === Infinity ? 'prefill is late anyway: done first' : 'prefill in time';
      return { kind: 'placement', prefill: choice.candidate.id, decode: id, reason: `${late}; ${reason}` };
    },
  };
}

/** Follows the governor's targets, see `tunedEco`. */
export const tunableEco = (made: GivenTunables, turned: GivenTunables = {}, memory: Memory = blank(ECO_TUNABLES)): RoutingPolicy => ({
  ...ecoRouting(tunedEco({ ...made, ...turned }), memory),
  retuned: (tunables) => tunableEco(made, givenTunables(tunables), memory),
});
