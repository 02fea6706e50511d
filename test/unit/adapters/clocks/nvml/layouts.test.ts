import { expect } from 'chai';
import fc from 'fast-check';
import { FIELD_VALUE, PCI_INFO, fieldNumber, outBuffer, pciAddressIn, textIn } from '../../../../../src/adapters/clocks/nvml/layouts.ts';

const TYPES: readonly (readonly [number, (buffer: Buffer, at: number) => void, number])[] = [
  [0, (buffer, at) => buffer.writeDoubleLE(1.5, at), 1.5],
  [1, (buffer, at) => buffer.writeUInt32LE(4_000_000_000, at), 4_000_000_000],
  [2, (buffer, at) => buffer.writeBigUInt64LE(2n ** 40n, at), 2 ** 40],
  [3, (buffer, at) => buffer.writeBigUInt64LE(2n ** 52n, at), 2 ** 52],
  [4, (buffer, at) => buffer.writeBigInt64LE(-7n, at), -7],
  [5, (buffer, at) => buffer.writeInt32LE(-7, at), -7],
  [6, (buffer, at) => buffer.writeUInt16LE(65_535, at), 65_535],
];

describe('NVML layouts', () => {
  it('reads a field value by the type that it tells, also behind another one', () => {
    for (const [type, write, expected] of TYPES) {
      const buffer = outBuffer(2 * FIELD_VALUE.bytes).fill(0xaa);
      const base = FIELD_VALUE.bytes;
      buffer.writeUInt32LE(type, base + FIELD_VALUE.valueType);
      write(buffer, base + FIELD_VALUE.value);
      expect(fieldNumber(buffer, base)).to.equal(expected);
    }
  });

  it('a type that is unknown has no number', () => {
    const buffer = outBuffer(FIELD_VALUE.bytes);
    buffer.writeUInt32LE(99, FIELD_VALUE.valueType);
    expect(fieldNumber(buffer, 0)).to.equal(null);
  });

  it('energy does not wrap at 2^32 mJ', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (milliJoules) => {
        const buffer = outBuffer(FIELD_VALUE.bytes);
        buffer.writeUInt32LE(3, FIELD_VALUE.valueType);
        buffer.writeBigUInt64LE(BigInt(milliJoules), FIELD_VALUE.value);
        expect(fieldNumber(buffer, 0)).to.equal(milliJoules);
      }),
    );
  });

  it('a text without an end is as long as its buffer', () => {
    expect(textIn(Buffer.from('GPU-1\0rest'))).to.equal('GPU-1');
    expect(textIn(Buffer.from('GPU-1'))).to.equal('GPU-1');
  });

  for (const [told, address] of [
    ['00000000:3B:00.0', '0000:3b:00.0'],
    ['0000:AF:00.0', '0000:af:00.0'],
    ['00010000:01:00.0', '10000:01:00.0'],
    ['nonsense', null],
  ] as const) {
    it(`a PCI address of ${told} is ${address}`, () => {
      const pci = outBuffer(PCI_INFO.bytes);
      pci.write(told, PCI_INFO.busId);
      expect(pciAddressIn(pci)).to.equal(address);
    });
  }

  it('an old driver tells the address only at the beginning', () => {
    const pci = outBuffer(PCI_INFO.bytes);
    pci.write('0000:3B:00.0', 0);
    expect(pciAddressIn(pci)).to.equal('0000:3b:00.0');
  });
});
