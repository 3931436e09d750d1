// How the web app is built: Vite with Preact, hashed files under /assets, everything self-hosted.
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';

/**
 * Marks the entry script as render-blocking, so the page is never painted in the system's theme
 * before the remembered one is known. An inline script would need a hole in the content security policy.
 */
function blockFirstPaint(): Plugin {
  return {
    name: 'rookery:block-first-paint',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
    },
  };
}

export default defineConfig({
  plugins: [preact({ reactAliasesEnabled: false, prefreshEnabled: true, devToolsEnabled: false }), blockFirstPaint()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // Older targets make the CSS compiler rewrite light-dark() into variables that lose the remembered theme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What the first page needs travels as one file: forty small ones compress a tenth worse.
        codeSplitting: { groups: [{ name: 'shell', test: /\/web\/app\.tsx$/ }] },
      },
    },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/api', '/oauth', '/media'].map((path) => [path, { target: 'http://localhost:3000', ws: true }]),
    ),
  },
});
