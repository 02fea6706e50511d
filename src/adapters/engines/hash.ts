/** 62 bits of a text; 0n of an empty one. Tells texts apart, and hides nothing. */
export function hashOf(text: string): bigint {
  let high = 0;
  let low = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x5bd1e995) ^ (low >>> 13);
    low = Math.imul(low ^ code, 0x01000193) ^ (high >>> 15);
  }
  return (BigInt(high & 0x7fffffff) << 31n) | BigInt(low & 0x7fffffff);
}
