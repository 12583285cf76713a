import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type Scale,
} from 'chart.js'
import { formatValue } from '../format/numbers.ts'
import { logTicks } from './log-ticks.ts'

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
)

/** The theme's colours as a canvas understands them. */
export interface ChartColours {
  readonly text: string
  readonly muted: string
  readonly grid: string
  readonly surface: string
  readonly danger: string
  readonly series: readonly string[]
}

/** Resolves the tokens for the theme in force at an element. */
export function chartColours(element: Element): ChartColours {
  const probe = document.createElement('span')
  element.append(probe)
  const read = (token: string): string => {
    probe.style.color = `var(--${token})`
    return getComputedStyle(probe).color
  }
  const colours: ChartColours = {
    text: read('text'),
    muted: read('muted'),
    grid: read('grid'),
    surface: read('surface'),
    danger: read('danger'),
    series: [1, 2, 3, 4].map((number) => read(`series-${number}`)),
  }
  probe.remove()
  return colours
}

/** A chart in a canvas: drawn at once, redrawn by `update`, gone with `destroy`. */
export interface LiveChart<Type extends 'line' | 'bar'> {
  update(configuration: ChartConfiguration<Type>): void
  destroy(): void
}

export function createChart<Type extends 'line' | 'bar'>(
  canvas: HTMLCanvasElement,
  configuration: ChartConfiguration<Type>,
): LiveChart<Type> {
  const chart = new Chart(canvas, configuration)
  return {
    update({ data, options }) {
      chart.data = data
      if (options) chart.options = options
      chart.update('none')
    },
    destroy: () => chart.destroy(),
  }
}

/** Options that every chart of the window shares. */
export function commonOptions(colours: ChartColours) {
  return {
    animation: false as const,
    responsive: true,
    maintainAspectRatio: false,
    plugins: {
      legend: {
        align: 'end' as const,
        labels: {
          color: colours.text,
          boxWidth: 10,
          boxHeight: 10,
          padding: 12,
          font: { size: 11 },
        },
      },
      tooltip: {
        backgroundColor: colours.text,
        titleColor: colours.surface,
        bodyColor: colours.surface,
        cornerRadius: 4,
        boxPadding: 4,
      },
    },
  }
}

/** Ticks, grid and title of one axis. */
export function axis(colours: ChartColours, title: string) {
  return {
    border: { color: colours.grid },
    grid: { color: colours.grid },
    ticks: { color: colours.muted, font: { size: 11 }, maxRotation: 0, autoSkipPadding: 12 },
    title: { display: title !== '', text: title, color: colours.muted, font: { size: 11 } },
  }
}

/** Pixels from one tick of a vertical axis to the next. */
const TICK_ROOM = 26

/** A vertical axis of values, whose ticks are round numbers that do not touch. */
export function valueAxis(colours: ChartColours, title: string, logarithmic: boolean) {
  const common = axis(colours, title)
  const callback = (value: number | string): string => formatValue(+value, 3)
  if (!logarithmic) {
    return {
      type: 'linear' as const,
      ...common,
      ticks: { ...common.ticks, maxTicksLimit: 8, callback },
    }
  }
  return {
    type: 'logarithmic' as const,
    ...common,
    ticks: { ...common.ticks, autoSkip: false, callback },
    afterBuildTicks: (scale: Scale): void => {
      const most = Math.min(8, Math.floor(scale.height / TICK_ROOM))
      scale.ticks = logTicks(scale.min, scale.max, most).map((value) => ({ value }))
    },
  }
}
