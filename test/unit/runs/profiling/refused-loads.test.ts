import { expect } from 'chai';
import { EngineRefusal } from '../../../../src/domain/engine-refusal.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { ourError } from '../../../fixtures/rejected.ts';
import { fixedPoints, planned, profilingBench } from '../../../fixtures/world/profiling-bench.ts';

/** An engine that takes no more than so many requests, and refuses the others at once. */
const refusing = (most: number) => {
  const bench = profilingBench(['d0']);
  const { probe } = bench.cluster;
  const decode = probe.decode.bind(probe);
  const asked: number[] = [];
  probe.decode = (instance, batch, tokens, signal) => {
    asked.push(batch);
    return batch > most ? Promise.reject(new EngineRefusal(`no more than ${most}`)) : decode(instance, batch, tokens, signal);
  };
  return { ...bench, asked };
};

describe('loads that an engine refuses', () => {
  it('are points that say so; the others are measured, and larger ones not asked for again', async () => {
    const bench = refusing(8);
    const loads = [4, 64, 128, 32, 8].map((batch) => planned(1410, batch, 512));
    const { points } = await bench.run(fixedPoints(loads));
    expect(points.map(({ valid }) => valid)).to.deep.equal([true, false, false, false, true]);
    expect(points.map(({ samples }) => samples > 0)).to.deep.equal([true, false, false, false, true]);
    expect(points[1]!.reasons).to.deep.equal(['the engine refused the load: no more than 8']);
    expect(bench.asked).to.deep.equal([4, 64, 32, 8]);
    expect(bench.given()).to.deep.equal(['d0']);
  });

  it('end it when the engine has never taken any', async () => {
    const bench = refusing(0);
    const loads = [256, 128, 64, 32, 16, 8, 4, 2].map((batch) => planned(1410, batch, 512));
    expect(await ourError(bench.run(fixedPoints(loads)))).to.include({ code: 'ENGINE_FAILED', message: 'no more than 0' });
    expect(bench.asked).to.have.length(6);
    expect(bench.given()).to.deep.equal(['d0']);
  });

  it('are told from an engine that fails', async () => {
    const bench = refusing(8);
    bench.cluster.probe.decode = () => Promise.reject(new VoltanaError('ENGINE_FAILED', 'it is gone'));
    expect((await ourError(bench.run(fixedPoints([planned(1410, 4, 512)])))).message).to.include('it is gone');
  });
});
