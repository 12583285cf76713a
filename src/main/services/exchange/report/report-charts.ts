/** Charts of a report as inline SVG, so that it needs no script and no other file. */
import { auroc } from '../../../../shared/metrics/auroc.ts'
import { rankScores } from '../../../../shared/metrics/ranking.ts'
import { escapeHtml } from './escape-html.ts'

const WIDTH = 320
const HEIGHT = 210
const margin = { left: 44, right: 10, top: 10, bottom: 34 }
const inner = {
  width: WIDTH - margin.left - margin.right,
  height: HEIGHT - margin.top - margin.bottom,
}

interface Scores {
  readonly nominal: readonly number[]
  readonly anomalous: readonly number[]
}

const number = (value: number): string => value.toFixed(1)

function frame(title: string, xTitle: string, yTitle: string, x: Axis, y: Axis, body: string) {
  const ticks = [
    ...x.ticks.map(({ place, text }) => {
      const at = number(margin.left + place * inner.width)
      return `<text x="${at}" y="${HEIGHT - 18}" text-anchor="middle">${escapeHtml(text)}</text>`
    }),
    ...y.ticks.map(({ place, text }) => {
      const at = margin.top + (1 - place) * inner.height
      return (
        `<line class="grid" x1="${margin.left}" x2="${WIDTH - margin.right}" y1="${number(at)}" y2="${number(at)}"/>` +
        `<text x="${margin.left - 5}" y="${number(at + 3.5)}" text-anchor="end">${escapeHtml(text)}</text>`
      )
    }),
  ]
  const middle = margin.top + inner.height / 2
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">` +
    `${ticks.join('')}${body}` +
    `<line class="axis" x1="${margin.left}" x2="${WIDTH - margin.right}" y1="${HEIGHT - margin.bottom}" y2="${HEIGHT - margin.bottom}"/>` +
    `<text x="${margin.left + inner.width / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escapeHtml(xTitle)}</text>` +
    `<text transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle">${escapeHtml(yTitle)}</text></svg>`
  )
}

interface Axis {
  readonly ticks: readonly { readonly place: number; readonly text: string }[]
}

const unit: Axis = {
  ticks: [0, 0.25, 0.5, 0.75, 1].map((place) => ({ place, text: String(place) })),
}

function linear(low: number, high: number): Axis & { place: (value: number) => number } {
  const place = (value: number) => (high === low ? 0.5 : (value - low) / (high - low))
  const ticks = roundNumbers(low, high).map((value) => ({ place: place(value), text: tick(value) }))
  return { place, ticks }
}

const tick = (value: number): string => String(Number(value.toPrecision(3)))

/** Three to seven even, round numbers within [low, high]; the one value where there is only one. */
function roundNumbers(low: number, high: number): readonly number[] {
  if (!(high > low)) return [low]
  const power = 10 ** Math.floor(Math.log10((high - low) / 3))
  const step = [5, 2, 1].map((digit) => digit * power).find((size) => size <= (high - low) / 3)!
  const first = Math.ceil(low / step)
  const count = Math.floor(high / step) - first + 1
  return Array.from({ length: count }, (_, n) => (first + n) * step)
}

/** Powers of ten within [low, high]; with a single one of them, its halves and doubles too. */
function roundFactors(low: number, high: number): readonly number[] {
  const first = Math.ceil(Math.log10(low))
  const tens = Array.from(
    { length: Math.floor(Math.log10(high)) - first + 1 },
    (_, n) => 10 ** (first + n),
  )
  return tens.length > 1
    ? tens
    : tens.flatMap((ten) => [ten / 5, ten, ten * 5]).filter((v) => v >= low && v <= high)
}

const at = (x: number, y: number): string =>
  `${number(margin.left + x * inner.width)},${number(margin.top + (1 - y) * inner.height)}`

/** Counts of nominal and defective images over the score, with the threshold. */
export function histogramSvg({ nominal, anomalous }: Scores, threshold: number | null): string {
  const all = [...nominal, ...anomalous, ...(threshold === null ? [] : [threshold])]
  const low = Math.min(...all)
  const high = Math.max(...all)
  const bins = 24
  const count = (scores: readonly number[]) => {
    const counts = new Array<number>(bins).fill(0)
    for (const score of scores) {
      const bin = high === low ? 0 : Math.floor((bins * (score - low)) / (high - low))
      counts[Math.min(bins - 1, bin)]! += 1
    }
    return counts
  }
  const [good, bad] = [count(nominal), count(anomalous)]
  const top = Math.max(1, ...good.map((value, bin) => value + bad[bin]!))
  const width = inner.width / bins
  const bar = (bin: number, from: number, to: number, kind: string) => {
    const y = margin.top + (1 - to / top) * inner.height
    const height = ((to - from) / top) * inner.height
    const x = margin.left + bin * width
    return height === 0
      ? ''
      : `<rect class="${kind}" x="${number(x + 0.5)}" y="${number(y)}" width="${number(width - 1)}" height="${number(height)}"/>`
  }
  const bars = good.map(
    (value, bin) => bar(bin, 0, value, 'good') + bar(bin, value, value + bad[bin]!, 'bad'),
  )
  const x = linear(low, high)
  const line =
    threshold === null
      ? ''
      : `<path class="threshold" d="M${at(x.place(threshold), 0)}L${at(x.place(threshold), 1)}"/>`
  const y: Axis = {
    ticks: [0, top].map((value) => ({ place: value / top, text: String(value) })),
  }
  const title = `Scores of ${nominal.length} nominal and ${anomalous.length} defective images`
  return frame(title, 'anomaly score', 'images', x, y, bars.join('') + line)
}

/** Receiver operating characteristic over images, with the point of the threshold. */
export function rocSvg({ nominal, anomalous }: Scores, threshold: number | null): string {
  const ranked = [
    ...nominal.map((score) => ({ score, positive: false })),
    ...anomalous.map((score) => ({ score, positive: true })),
  ].toSorted((a, b) => b.score - a.score)
  let [hits, alarms] = [0, 0]
  const points = [at(0, 0)]
  ranked.forEach(({ score, positive }, index) => {
    if (positive) hits += 1
    else alarms += 1
    if (ranked[index + 1]?.score === score) return
    points.push(at(alarms / Math.max(1, nominal.length), hits / Math.max(1, anomalous.length)))
  })
  const share = (scores: readonly number[]) =>
    scores.filter((score) => threshold !== null && score >= threshold).length /
    Math.max(1, scores.length)
  const dot =
    threshold === null
      ? ''
      : `<circle class="point" r="3.5" cx="${at(share(nominal), 0).split(',')[0]}" cy="${at(0, share(anomalous)).split(',')[1]}"/>`
  const area = auroc(
    rankScores([
      { scores: nominal, labels: null },
      { scores: anomalous, labels: anomalous.map(() => 1) },
    ]),
  )
  const title = `ROC over images, area ${area?.toFixed(4) ?? 'undefined'}`
  const body = `<path class="chance" d="M${at(0, 0)}L${at(1, 1)}"/><path class="line" d="M${points.join('L')}"/>${dot}`
  return frame(title, 'false alarms', 'found', unit, unit, body)
}

/** Training loss over steps, on a logarithmic scale where it spans more than a factor of ten. */
export function lossSvg(points: readonly { readonly step: number; readonly value: number }[]) {
  const finite = points.filter(({ value }) => Number.isFinite(value) && value > 0)
  if (finite.length < 2) return null
  const values = finite.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const logarithmic = high / low > 10
  const scale = (value: number) => (logarithmic ? Math.log(value) : value)
  const x = linear(finite[0]!.step, finite.at(-1)!.step)
  const span = linear(scale(low), scale(high))
  const y: Axis = {
    ticks: (logarithmic ? roundFactors : roundNumbers)(low, high).map((value) => ({
      place: span.place(scale(value)),
      text: tick(value),
    })),
  }
  const path = finite.map(({ step, value }) => at(x.place(step), span.place(scale(value))))
  return frame('Training loss', 'step', 'loss', x, y, `<path class="line" d="M${path.join('L')}"/>`)
}
