import { expect } from 'chai';
import type { FleetEvent, LoggedEvent } from '../../src/domain/fleet-event.ts';
import type { EventFeed } from '../../src/ports/event-feed.ts';

const warning = (text: string): FleetEvent => ({ kind: 'warning', text });
const idsOf = (events: readonly LoggedEvent[]): number[] => events.map(({ id }) => id);

/** Every EventFeed passes this. `make` gives one that keeps at least ten events, and what makes it tell one. */
export const eventFeedContract = (
  name: string,
  make: (epoch: string) => { readonly feed: EventFeed; tell(event: FleetEvent): void },
): void => {
  describe(`event feed contract: ${name}`, () => {
    it('numbers events from 1 and keeps their order', () => {
      const { feed, tell } = make('e');
      for (const text of ['a', 'b', 'c']) tell(warning(text));
      expect(feed.epoch).to.equal('e');
      expect(feed.after(0)).to.deep.include({ missed: 0 });
      expect(feed.after(0).events.map(({ id, event }) => [id, event])).to.deep.equal([
        [1, warning('a')],
        [2, warning('b')],
        [3, warning('c')],
      ]);
    });

    it('gives whoever comes back exactly what is new', () => {
      const { feed, tell } = make('e');
      for (const text of ['a', 'b', 'c', 'd']) tell(warning(text));
      expect(idsOf(feed.after(2).events)).to.deep.equal([3, 4]);
      expect(feed.after(4)).to.deep.equal({ events: [], missed: 0 });
      expect(feed.after(99)).to.deep.equal({ events: [], missed: 0 });
    });

    it('says how many it no longer has: those, the kept ones and the seen ones are all', () => {
      const { feed, tell } = make('e');
      const told = 50_000;
      for (let i = 0; i < told; i++) tell(warning(String(i)));
      const { events, missed } = feed.after(10);
      expect(missed).to.be.above(0);
      expect(10 + missed + events.length).to.equal(told);
      expect(events.length).to.be.at.least(10);
    });

    it('tells followers of what happens while they follow, each by itself', () => {
      const { feed, tell } = make('e');
      const seen: string[] = [];
      const reader = ({ id }: LoggedEvent): void => void seen.push(`r${id}`);
      tell(warning('before'));
      const [stop, stopTwin] = [feed.follow(reader), feed.follow(reader)];
      tell(warning('both'));
      stop();
      stop();
      tell(warning('twin'));
      stopTwin();
      tell(warning('after'));
      expect(seen).to.deep.equal(['r2', 'r2', 'r3']);
    });

    it('a follower may leave while it is told, and take others with it', () => {
      const { feed, tell } = make('e');
      const seen: string[] = [];
      const stops: (() => void)[] = [];
      const leave = (name: string) => (): void => {
        seen.push(name);
        for (const stop of stops) stop();
      };
      stops.push(feed.follow(leave('a')), feed.follow(leave('b')));
      tell(warning('x'));
      expect(seen).to.deep.equal(['a']);
    });
  });
};
