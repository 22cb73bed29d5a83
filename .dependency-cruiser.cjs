// The rooms of docs/architecture.md and the arrows between them. A wrong arrow fails `npm run check`.
const rooms = {
  errors: [],
  runtime: ['errors', 'config'],
  ops: ['runtime', 'config', 'errors'],
  config: ['errors'],
  formats: ['errors'],
  models: ['ops', 'runtime', 'config', 'formats', 'errors'],
  defects: ['ops', 'runtime', 'config', 'errors'],
  data: ['ops', 'runtime', 'config', 'formats', 'errors'],
  inference: ['models', 'defects', 'data', 'ops', 'runtime', 'config', 'errors'],
  workbench: ['inference', 'models', 'defects', 'data', 'ops', 'runtime', 'config', 'errors'],
  cli: ['workbench', 'inference', 'models', 'defects', 'data', 'ops', 'runtime', 'config', 'errors'],
};

const pathOf = (room) => (room === 'errors' ? '^src/errors\\.ts$' : `^src/${room}/`);

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `room-${room}`,
      comment: `src/${room} may import only: ${['itself', ...allowed].join(', ')}`,
      severity: 'error',
      from: { path: pathOf(room) },
      to: { path: '^src/', pathNot: [pathOf(room), ...allowed.map(pathOf)] },
    })),
    {
      name: 'one-owner-of-tfjs',
      comment: 'only src/runtime imports a tfjs package; everyone else takes tf from src/runtime/tf.js',
      severity: 'error',
      from: { path: '^(src|test)/', pathNot: '^src/runtime/' },
      to: { path: 'node_modules/@tensorflow/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sharp-decodes-in-data',
      comment: 'sharp is used by src/data (decoding, encoding) alone',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/data/' },
      to: { path: 'node_modules/sharp/' },
    },
    {
      name: 'tensors-in-defects-only-in-map-stages',
      severity: 'error',
      from: { path: '^src/defects/', pathNot: '^src/defects/map-stages' },
      to: { path: '^src/(ops|runtime)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nobody-imports-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
