import { FleetEvents } from '../../src/telemetry/fleet-events.ts';
import { eventFeedContract } from './event-feed.ts';

eventFeedContract('fleet events', (epoch) => {
  const feed = new FleetEvents(epoch);
  let nowMs = 0;
  return { feed, tell: (event) => feed.add(event, nowMs++) };
});
