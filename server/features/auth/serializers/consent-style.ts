// The style sheet of the consent pages: light and dark, from 320 px up, large targets, visible focus.

export const consentStyle = `:root {
  color-scheme: light dark;
  --ground: light-dark(#eef1f6, #12151c);
  --card: light-dark(#ffffff, #1b202b);
  --text: light-dark(#1b2130, #e6e9f0);
  --quiet: light-dark(#566079, #9aa5bd);
  --line: light-dark(#d5dbe7, #313949);
  --main: light-dark(#2f5bc4, #86a8ff);
  --on-main: light-dark(#ffffff, #10162a);
  --grave: light-dark(#9a3412, #fdba74);
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100dvh; display: grid; grid-template-rows: auto 1fr; justify-items: center; gap: 1rem; padding: 1rem;
  background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
header { padding-top: 4vh; font-weight: 650; }
header a { color: var(--quiet); text-decoration: none; }
main { align-self: start; width: min(30rem, 100%); padding: 1.75rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card);
  overflow-wrap: anywhere; }
h1 { margin: 0 0 .75rem; font-size: 1.35rem; line-height: 1.3; text-wrap: balance; font-weight: 650; }
p { margin: .75rem 0; }
a { color: var(--main); }
ul { margin: .5rem 0 1rem; padding: 0; list-style: none; border-top: 1px solid var(--line); }
li { padding: .6rem 0; border-bottom: 1px solid var(--line); }
li.grave { color: var(--grave); font-weight: 550; }
form { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: 1.25rem; }
button { min-height: 2.9rem; border: 1px solid var(--line); border-radius: .6rem; background: transparent; color: var(--text); font: inherit; font-weight: 600;
  cursor: pointer; }
button.main { border-color: transparent; background: var(--main); color: var(--on-main); }
button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
.quiet { color: var(--quiet); font-size: .92rem; }
.person { display: flex; align-items: center; gap: .8rem; margin: 1rem 0; padding: .8rem; border-radius: .75rem; background: var(--ground); line-height: 1.3; }
.person img { border-radius: .6rem; object-fit: cover; }
.code { width: 100%; padding: .8rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--ground); color: var(--text);
  font: .95rem/1.4 ui-monospace, monospace; }
@media (prefers-reduced-motion: no-preference) { button { transition: filter .15s; } }
`;
