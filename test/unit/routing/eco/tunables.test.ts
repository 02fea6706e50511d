import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { tunableEco } from '../../../../src/routing/eco/index.ts';
import { ECO_TUNABLES, tunedEco } from '../../../../src/routing/eco/tunables.ts';
import { SLO_TUNABLES } from '../../../../src/governing/slo/tunables.ts';
import { createRouting } from '../../../../src/routing/registry.ts';

describe('tunables of eco routing', () => {
  it('its own targets stay as far below the governor’s as they are', () => {
    expect(tunedEco({})).to.equal(ECO_TUNABLES);
    const { itlTarget, ttftTarget } = SLO_TUNABLES;
    const same = tunedEco({ itlTarget, ttftTarget });
    expect(same.itlTarget).to.be.closeTo(ECO_TUNABLES.itlTarget, 1e-12);
    expect(same.ttftTarget).to.be.closeTo(ECO_TUNABLES.ttftTarget, 1e-12);
    const half = tunedEco({ itlTarget: itlTarget / 2 });
    expect(half.itlTarget).to.be.closeTo(ECO_TUNABLES.itlTarget / 2, 1e-12);
    expect(half.ttftTarget).to.equal(ECO_TUNABLES.ttftTarget);
  });

  it('what is no part of a promise is refused, and by others than eco nothing is read', () => {
    expect(() => createRouting('eco', undefined, { tunables: { itlTarget: 3 } })).to.throw(VoltanaError, 'itlTarget');
    expect(() => tunableEco({}).retuned!({ ttftTarget: 0 })).to.throw(VoltanaError, 'ttftTarget');
    expect(createRouting('least-requests', undefined, { tunables: { itlTarget: 0.5 } }).retuned).to.equal(undefined);
  });
});
