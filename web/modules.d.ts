// What the bundler makes of files that are not TypeScript.
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}
declare module '*.css' {}
declare module '*.svg' {
  const address: string;
  export default address;
}
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
