/** Which part may import which. Folder names are the layers; see docs/architecture.md. */
const rule = (name, comment, from, to, extra = {}) => ({
  name,
  comment,
  severity: 'error',
  from,
  to,
  ...extra,
})

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'A cycle means two files are one idea.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'shared-is-pure',
      'Shared code runs in every process.',
      { path: '^src/shared' },
      { path: '^src/(main|preload|renderer)|^(node:|electron$|fs$|path$)' },
    ),
    rule(
      'provision-stands-alone',
      'The set-up runs it before anything is installed.',
      { path: '^src/provision' },
      { path: '^src/(?!provision)|node_modules' },
    ),
    rule(
      'renderer-knows-shared-only',
      'Main is reached through requests.',
      { path: '^src/renderer' },
      { path: '^src/(main|preload)|^(node:|electron$)' },
    ),
    rule(
      'main-does-not-know-the-renderer',
      '',
      { path: '^src/main' },
      { path: '^src/(renderer|preload)' },
    ),
    rule(
      'engine-stands-alone',
      'The engine knows numbers and files.',
      { path: '^src/main/engine/' },
      {
        path: '^src/main/(?!engine/|decode/|files/|processes/(serve|close-inherited))|^electron$|better-sqlite3',
      },
    ),
    rule(
      'background-stands-alone',
      'Work on files and pixels without TensorFlow.',
      { path: '^src/main/background/' },
      {
        path: '^src/main/(?!background/|decode/|files/|processes/(serve|close-inherited))|^electron$|better-sqlite3|@tensorflow',
      },
    ),
    rule(
      'decode-stands-alone',
      '',
      { path: '^src/main/(decode|files)/' },
      { path: '^src/main/(?!decode/|files/)|^electron$|better-sqlite3|@tensorflow' },
    ),
    rule(
      'one-door-to-tensorflow',
      'tf.ts installs the shims first.',
      { path: '^src', pathNot: '^src/main/engine/tf\\.ts$' },
      { path: '@tensorflow' },
    ),
    rule(
      'sql-in-db-only',
      '',
      { path: '^src', pathNot: '^src/main/db/' },
      { path: 'better-sqlite3' },
    ),
    rule(
      'db-for-services-only',
      'Views and commands ask a service.',
      { path: '^src/main/(?!db/|services/|index\\.ts|cli/)' },
      { path: '^src/main/db/' },
    ),
    rule(
      'electron-in-the-shell-only',
      'So that the command line runs without it.',
      {
        path: '^src/main/',
        pathNot: '^src/main/(shell/|ipc/|index\\.ts)',
      },
      { path: '^electron$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.svelte', '.json'] },
  },
}
