import { expect } from 'chai';
import { Line } from '../../../src/custody/line.ts';

describe('line', () => {
  it('begins at once, goes on in order, and lets urgent work before what waits', async () => {
    const line = new Line();
    const order: string[] = [];
    let letGo = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (letGo = resolve));
    const first = line.run(async () => (order.push('first'), stuck));
    expect(order).to.deep.equal(['first']);
    const all = [
      first,
      line.run(async () => void order.push('second')),
      line.run(async () => void order.push('third')),
      line.run(async () => void order.push('urgent'), { urgent: true }),
      line.run(async () => void order.push('urgent too'), { urgent: true }),
    ];
    letGo();
    await Promise.all(all);
    expect(order).to.deep.equal(['first', 'urgent', 'urgent too', 'second', 'third']);
  });

  it('goes on after work that failed, and tells whoever asked for it', async () => {
    const line = new Line();
    const failing = line.run(async () => Promise.reject(new Error('no')));
    const next = line.run(async () => 'fine');
    expect(await failing.catch((error: Error) => error.message)).to.equal('no');
    expect(await next).to.equal('fine');
  });
});
