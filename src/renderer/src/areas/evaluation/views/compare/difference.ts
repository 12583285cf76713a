/** A difference of ratios in per cent with its sign. */
export function signed(value: number): string {
  const text = Math.abs(value * 100).toFixed(1)
  if (text === '0.0') return '±0.0'
  return `${value > 0 ? '+' : '−'}${text}`
}

/** p as it is written: three decimals, and below them only that it is smaller. */
export function formatPValue(pValue: number): string {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`
}
