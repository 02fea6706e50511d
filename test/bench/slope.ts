/** Of the straight line through values that are one step apart: how much they rise with each step. */
export const slope = (values: readonly number[]): number => {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const products = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0);
  return products / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
};
