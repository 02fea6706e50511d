import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { packageRoot } from '../../../src/adapters/host/installation.ts';

const CSV = `model,dataset,rps,ttft_attain_pct_1410,ttft_attain_pct_1005,ttft_attain_pct_voltana,itl_attain_pct_1410,itl_attain_pct_1005,itl_attain_pct_voltana,energy_J_1410,energy_J_1005,energy_J_voltana
Ministral-3B,LMSYS,10,99,99,99,100,100,100,1000,700,700
`;

describe('bench:paper', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-paper-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('simulates a figure of its own and says how far off it is', async function () {
    this.timeout(60_000);
    const csv = join(folder, 'figure.csv');
    writeFileSync(csv, CSV);
    const args = ['--import=tsx', 'test/bench/paper.ts', '--quick', '--only', 'reproduction', '--csv', csv, '--json'];
    const { stdout, exitCode } = await execa(process.execPath, args, { cwd: packageRoot(), reject: false });
    const { kind, figures } = JSON.parse(stdout) as { kind: string; figures: { name: string; value: number; ok: boolean }[] };
    expect(kind).to.equal('benchmark');
    expect(figures.map(({ name }) => name)).to.include('Ministral-3B LMSYS, static 1005: energy off, mean');
    expect(figures.every(({ value }) => Number.isFinite(value))).to.equal(true);
    expect(exitCode).to.equal(figures.every(({ ok }) => ok) ? 0 : 99);
  });
});
