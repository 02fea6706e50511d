import { expect } from 'chai';
import { unservedWarning } from '../../../src/telemetry/unserved.ts';
import { baselineRun } from '../../fixtures/run-records.ts';

describe('requests that were not served', () => {
  const run = baselineRun();
  const refused = {
    ...run,
    requests: { ...run.requests, offered: 200, completed: 150, failed: 5, rejected: 40, unfinished: 0, cancelled: 5 },
  };

  it('are told where no threshold looks at them, with how many a server refused', () => {
    const text = unservedWarning(refused, ['ttft.p99'])!;
    expect(text)
      .to.match(/^45 of 200 requests were not served \(40 refused by the server\)/)
      .and.to.include("--threshold 'errors.rate<1%'");
  });

  it('are a threshold’s matter where one looks at them, and nobody’s where there are none', () => {
    for (const metric of ['errors.rate', 'slo.joint']) expect(unservedWarning(refused, [metric])).to.equal(null);
    const served = { ...run, requests: { ...run.requests, failed: 0, rejected: 0, unfinished: 0, cancelled: 7 } };
    expect(unservedWarning(served, [])).to.equal(null);
  });
});
