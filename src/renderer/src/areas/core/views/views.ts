import Database from '@lucide/svelte/icons/database'
import ChartColumn from '@lucide/svelte/icons/chart-column'
import Columns from '@lucide/svelte/icons/columns-3'
import Eye from '@lucide/svelte/icons/eye'
import List from '@lucide/svelte/icons/list'
import Play from '@lucide/svelte/icons/play'
import SettingsIcon from '@lucide/svelte/icons/settings'
import Sliders from '@lucide/svelte/icons/sliders-horizontal'
import type { Component } from 'svelte'
import type { ViewName } from '../state/location.ts'

export interface ViewEntry {
  readonly view: ViewName
  readonly label: string
  readonly icon: Component
}

/** The rail, from top to bottom. */
export const views: readonly ViewEntry[] = [
  { view: 'datasets', label: 'Data sets', icon: Database },
  { view: 'train', label: 'Train', icon: Play },
  { view: 'runs', label: 'Runs', icon: List },
  { view: 'evaluate', label: 'Evaluate', icon: ChartColumn },
  { view: 'compare', label: 'Compare', icon: Columns },
  { view: 'review', label: 'Review', icon: Eye },
  { view: 'start-step', label: 'Start step', icon: Sliders },
  { view: 'settings', label: 'Settings', icon: SettingsIcon },
]
