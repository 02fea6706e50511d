import { expect } from 'chai';
import { FleetControl } from '../../../../src/control/fleet-control.ts';
import { RESIZE_TUNABLES } from '../../../../src/control/resize/plan.ts';
import { createGovernor } from '../../../../src/governing/registry.ts';
import { createRouting } from '../../../../src/routing/registry.ts';
import { ControlPlane } from '../../../../src/runs/serving/control-plane.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';
import { predictorOf } from '../../../fixtures/world/loads.ts';
import { clocksMhz } from '../../../fixtures/world/shipped.ts';
import { worldOf } from '../../../fixtures/world/simulated-runs.ts';
import { VirtualCluster } from '../../../fixtures/world/virtual-cluster.ts';

const TTL_MS = 3000;
const SLO = { ttftMs: 1000, itlMs: 50 };
const world = worldOf();

describe('a control plane that lets instances rest', () => {
  it('parks whom nobody needs at the lowest clock, loses no request, and serves with it when the others fail', async () => {
    const time = new VirtualTime();
    const cluster = new VirtualCluster(world.specs, time);
    const fleet = new FleetControl({
      instances: world.specs.map(({ id, role }) => ({
        ...{ id, role, gpuCount: 1, supportedMhz: clocksMhz, startMhz: 1410 },
        predictor: predictorOf(id),
      })),
      slo: SLO,
      governor: createGovernor('max'),
      routing: createRouting('least-requests'),
      maxTransitionsPerS: 2,
      dwellMs: 0,
      resize: { rest: 'park', tunables: { ...RESIZE_TUNABLES, calmMs: 100 } },
    });
    const { driver, meter, instances } = cluster;
    const plane = new ControlPlane({
      ...{ fleet, instances, driver, meter, time, slo: SLO, holder: 'test', leaseTtlMs: TTL_MS },
      ...{ governor: 'max', routing: 'least-requests' },
    });
    const serve = async (id: string): Promise<string> => {
      const route = await time.finish(plane.route({ id, arrivalMs: 0, promptTokens: 1000 }));
      plane.prefillDone(id);
      plane.tokens(id, 1);
      await time.advance(20);
      plane.tokens(id, 1);
      plane.ended(id, 'completed');
      return route!.decode.id;
    };
    await time.finish(plane.start());
    await serve('a');
    await time.advance(3000);
    const parked = ['d0', 'd1'].filter((id) => cluster.lockedMhz(id) === clocksMhz[0]);
    expect(parked).to.have.length(1);
    const awake = parked[0] === 'd0' ? 'd1' : 'd0';
    expect(await serve('b')).to.equal(awake);
    plane.engineHealth(awake, false);
    expect(await serve('c')).to.equal(parked[0]);
    await time.finish(plane.stop());
    cluster.close();
  });
});
