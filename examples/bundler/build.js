import { build } from 'esbuild';
import { uplift } from './uplift.js';

await build({
  entryPoints: ['app.js'],
  bundle: true,
  format: 'esm',
  outdir: 'dist',
  plugins: [uplift({ target: '0.3.0' })],
});
