/** A report as one HTML file: no script, no other file, every picture inside it. */
import type { Interval } from '../../../../shared/metrics/bootstrap.ts'
import { escapeHtml as text } from './escape-html.ts'
import { histogramSvg, lossSvg, rocSvg } from './report-charts.ts'
import type { Report, ReportFailure, ReportSection } from './report-data.ts'
import { reportStyle } from './report-style.ts'

const percent = (value: number | null | undefined): string =>
  value == null ? '–' : (100 * value).toFixed(1)

const figure = (value: number): string =>
  value === 0 ? '0' : Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(4)

const between = (interval: Interval | null | undefined): string =>
  interval ? `<br><small>${percent(interval.low)} – ${percent(interval.high)}</small>` : ''

/** The figures of the overview. */
const reported = ['imageAuroc', 'pixelAuroc', 'auPro30'] as const

/** A complete HTML document. Everything from outside is escaped. */
export function reportHtml(report: Report): string {
  const { title, subtitle, createdAt, application, sections } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="DDAD Studio ${text(application)}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${text(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>${text(title)}</h1>
<p class="muted">${text(subtitle)} · ${text(createdAt)}</p>
</header>
${overview(report)}
${sections.map(section).join('\n')}
<footer>
<p>Image AUROC: probability that a random defective image scores higher than a random nominal one. Pixel AUROC: the same over
all pixels. AU-PRO: mean overlap with each defect region up to a false-positive rate of 0.30, divided by 0.30. Figures are computed on the
maps at the network's resolution. Intervals: 95 %, bootstrap over images. “Paper” is what DDAD's authors report with their own code.</p>
<p>Made by DDAD Studio ${text(application)}.</p>
</footer>
</body>
</html>
`
}

function overview({ sections, variants }: Report): string {
  const published = sections.some((entry) => entry.published)
  const paper = (value: number | null | undefined) =>
    published ? `<td class="muted">${percent(value)}</td>` : ''
  const head = (label: string) => `<th>${label}</th>${published ? '<th>paper</th>' : ''}`
  const row = ({ anchor, category, figures, intervals, ...entry }: ReportSection) => {
    const cells = reported.map(
      (name) =>
        `<td>${percent(figures[name])}${between(intervals[name])}</td>${paper(entry.published?.[name])}`,
    )
    return (
      `<tr><td><a href="#${anchor}">${text(category)}</a></td>${cells.join('')}` +
      `<td>${entry.images}</td><td>${entry.secondsPerImage.toFixed(2)}</td></tr>`
    )
  }
  const gap = published ? '<td></td>' : ''
  const columns = 3 + reported.length * (published ? 2 : 1)
  const rows = variants.flatMap(({ label, sections: own, means }) => {
    const values = reported.map((name) => `<td>${percent(means[name])}</td>${gap}`)
    return [
      ...(label === null
        ? []
        : [`<tr class="variant"><td colspan="${columns}">${text(label)}</td></tr>`]),
      ...own.map(row),
      ...(own.length < 2
        ? []
        : [
            `<tr class="total"><td>Mean of ${own.length}</td>${values.join('')}<td></td><td></td></tr>`,
          ]),
    ]
  })
  return `<table><caption class="text">Figures in per cent</caption>
<thead><tr><th>Category</th>${head('Image AUROC')}${head('Pixel AUROC')}${head('AU-PRO')}<th>Images</th><th>s per image</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`
}

function section(entry: ReportSection): string {
  const facts = entry.facts.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`)
  const loss = lossSvg(entry.loss)
  const threshold = entry.operatingPoint?.threshold ?? null
  const scored = entry.scores.nominal.length + entry.scores.anomalous.length > 0
  const charts = scored
    ? [
        `<figure>${histogramSvg(entry.scores, threshold)}<figcaption>Scores:<span class="key good"></span>nominal<span class="key bad"></span>defective<span class="key threshold"></span>threshold</figcaption></figure>`,
        `<figure>${rocSvg(entry.scores, threshold)}<figcaption>ROC over images; the dot is the threshold</figcaption></figure>`,
      ]
    : []
  if (loss) charts.push(`<figure>${loss}<figcaption>Training loss</figcaption></figure>`)
  return `<section id="${entry.anchor}">
<h2>${text(entry.title)}</h2>
<dl class="facts">${facts.join('')}</dl>
<div class="charts">${charts.join('')}</div>
${operatingPoint(entry)}
${defectTypes(entry)}
${gallery(entry)}
${corrections(entry)}
</section>`
}

function operatingPoint({ operatingPoint: point }: ReportSection): string {
  if (!point) return ''
  const { name, threshold, rule, found, missed, alarms, passed, precision, recall, f1 } = point
  return `<h3>Operating point</h3>
<p>${name ? `${text(name)}: images` : 'Images'} with a score of ${figure(threshold)} or more are called defective (${text(rule)}).</p>
<table><thead><tr><th>Found</th><th>Missed</th><th>False alarms</th><th>Passed</th><th>Precision</th><th>Recall</th><th>F1</th></tr></thead>
<tbody><tr><td class="text">${found}</td><td>${missed}</td><td>${alarms}</td><td>${passed}</td><td>${percent(precision)}</td><td>${percent(recall)}</td><td>${percent(f1)}</td></tr></tbody></table>`
}

function defectTypes({ defectTypes: types }: ReportSection): string {
  if (types.length === 0) return ''
  const rows = types.map(
    (type) =>
      `<tr><td>${text(type.name)}</td><td>${type.images}</td><td>${type.found === null ? '–' : `${type.found} of ${type.images}`}</td>` +
      `<td>${percent(type.figures.imageAuroc)}</td><td>${percent(type.figures.pixelAuroc)}</td><td>${percent(type.figures.auPro30)}</td></tr>`,
  )
  return `<h3>By defect type</h3>
<table><thead><tr><th>Defect type</th><th>Images</th><th>Found</th><th>Image AUROC</th><th>Pixel AUROC</th><th>AU-PRO</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`
}

function gallery({ failures, operatingPoint: point }: ReportSection): string {
  if (!point) return ''
  if (failures.length === 0) {
    return '<h3>Failures</h3><p class="muted">At this operating point every image is decided correctly.</p>'
  }
  const head =
    '<div class="strip head"><span></span><span>Input</span><span>Ground truth</span><span>Reconstruction</span><span>Anomaly map</span></div>'
  const wrong = point.missed + point.alarms
  return `<h3>Failures, worst first</h3>
<p class="muted">${failures.length} of ${wrong} wrong decisions. The middle of the map's colours is the threshold.</p>
${head}${failures.map(strip).join('')}`
}

function strip({ image, defectType, missed, score, timesThreshold, pictures }: ReportFailure) {
  const picture = (bytes: Uint8Array | null, what: string, absent: string) =>
    bytes
      ? `<img alt="${what}" src="data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}">`
      : `<span class="none">${absent}</span>`
  return (
    `<div class="strip"><div><span class="wrong">${missed ? 'Missed' : 'False alarm'}</span><br>${text(image)}<br>` +
    `<small>${text(defectType)}, score ${figure(score)}, ${figure(timesThreshold)} × threshold</small></div>` +
    picture(pictures.input, 'Input', 'The image is not here') +
    picture(pictures.mask, 'Ground truth', missed ? 'No mask' : 'Nominal') +
    picture(pictures.reconstruction, 'Reconstruction', 'Not stored') +
    `${picture(pictures.map, 'Anomaly map', 'Not stored')}</div>`
  )
}

function corrections({ corrections: masks }: ReportSection): string {
  if (masks.length === 0) {
    return '<h3>Mask corrections</h3><p class="muted">None: every image is measured with the data set’s own mask.</p>'
  }
  const rows = masks.map(
    ({ image, version, author, reason, note, added, removed, at, used }) =>
      `<tr><td>${text(image)}</td><td>${version}</td><td class="text">${text(author)}</td>` +
      `<td class="text wrap">${text(reason)}${note ? `<br><small>${text(note)}</small>` : ''}</td>` +
      `<td>${added === null ? '–' : `+${added} −${removed ?? 0}`}</td>` +
      `<td>${text(at)}</td><td>${used ? 'yes' : 'no'}</td></tr>`,
  )
  return `<h3>Mask corrections</h3>
<table><thead><tr><th>Image</th><th>Version</th><th class="text">Author</th><th class="text">Reason</th><th>Pixels</th><th>Saved</th><th>In these figures</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`
}
