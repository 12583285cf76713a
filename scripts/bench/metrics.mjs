// Pixel figures of 100 maps of 900 × 900 pixels on one core: time, memory, and the distance from sorting all pixels.
import process from 'node:process'
import { auPro } from '../../src/shared/metrics/au-pro.ts'
import { auroc } from '../../src/shared/metrics/auroc.ts'
import { connectedComponents } from '../../src/shared/metrics/connected-components.ts'
import { PixelCensus } from '../../src/shared/metrics/pixel-census.ts'
import { metricImage } from './metric-images.mjs'

const SIDE = 900
const IMAGES = 100
const ROUNDS = 3

/** Adds the processor seconds that a call takes to a sum. */
function timer() {
  let seconds = 0
  return {
    get seconds() {
      return seconds
    },
    of: (call) => {
      const before = process.cpuUsage()
      const result = call()
      const { user, system } = process.cpuUsage(before)
      seconds += (user + system) / 1e6
      return result
    },
  }
}

function figures(census) {
  const { ranking, overlap } = census.scope(['all'])
  return { pixelAuroc: auroc(ranking), auPro30: auPro(ranking, overlap, 0.3) }
}

/** The same by the definition: every pixel sorted, every score a threshold. */
function sortedFigures(images) {
  const pixels = images.flatMap(({ width, height, map, mask }) => {
    const { labels, areas } = connectedComponents(
      mask ?? new Uint8Array(map.length),
      width,
      height,
      127,
    )
    return Array.from(map, (score, i) => ({
      score,
      gain: labels[i] ? 1 / areas[labels[i] - 1] : 0,
    }))
  })
  pixels.sort((a, b) => b.score - a.score)
  const positives = pixels.filter(({ gain }) => gain > 0).length
  const negatives = pixels.length - positives
  const regions = pixels.reduce((sum, { gain }) => sum + gain, 0)
  const curve = [{ alarms: 0, found: 0, overlap: 0 }]
  let [alarms, found, overlap] = [0, 0, 0]
  for (const [i, { score, gain }] of pixels.entries()) {
    if (gain > 0) found += 1
    else alarms += 1
    overlap += gain
    if (pixels[i + 1]?.score !== score) curve.push({ alarms, found, overlap })
  }
  let [area, perRegion] = [0, 0]
  const end = 0.3 * negatives
  for (const [i, to] of curve.entries()) {
    const from = curve[i - 1] ?? to
    const width = to.alarms - from.alarms
    area += (width * (from.found + to.found)) / 2
    const part = width === 0 ? 0 : Math.min(1, Math.max(0, (end - from.alarms) / width))
    perRegion += part * width * (from.overlap + (part * (to.overlap - from.overlap)) / 2)
  }
  return { pixelAuroc: area / (positives * negatives), auPro30: perRegion / (end * regions) }
}

function round() {
  const census = new PixelCensus()
  const whole = timer()
  for (let i = 0; i < IMAGES; i++) {
    const image = metricImage(i, SIDE)
    whole.of(() => census.add(image, 'all'))
  }
  const found = whole.of(() => figures(census))
  const edited = metricImage(6, SIDE)
  edited.mask.fill(255, 300_000, 310_000)
  const change = timer()
  change.of(() => {
    census.setMask(6, edited)
    figures(census)
  })
  return { whole: whole.seconds, change: change.seconds, found }
}

const rounds = Array.from({ length: ROUNDS }, round)
const peak = process.resourceUsage().maxRSS / 1024
const least = (key) => Math.min(...rounds.map((one) => one[key])).toFixed(2)
const few = Array.from({ length: 4 }, (_, i) => metricImage(i, SIDE))
const census = new PixelCensus()
for (const image of few) census.add(image, 'all')
const [fast, sorted] = [figures(census), sortedFigures(few)]
const distance = Math.max(...Object.keys(fast).map((name) => Math.abs(fast[name] - sorted[name])))
console.log(
  [
    `pixel AUROC and AU-PRO of ${IMAGES} maps of ${SIDE} × ${SIDE} pixels, one core:`,
    `  first round ${rounds[0].whole.toFixed(2)} CPU s, best of ${ROUNDS} ${least('whole')}; after a change of one mask ${least('change')}`,
    `  peak memory of the process ${peak.toFixed(0)} MB`,
    `  pixel AUROC ${rounds[0].found.pixelAuroc}, AU-PRO ${rounds[0].found.auPro30}`,
    `  furthest from sorting all pixels, on ${few.length} of the maps: ${distance.toExponential(1)}`,
  ].join('\n'),
)
