/** How many traces are told apart by colour. */
export const TONES = 6

/** Looks in light and in dark. Whoever embeds a picture may set the variables on anything around it. */
export const STYLE = `.rxcrew-plot{--_paper:var(--plot-paper,#fcfcfb);--_ink:var(--plot-ink,#16181d);--_soft:var(--plot-soft,#5b6270);--_rule:var(--plot-rule,#e3e5e8);--_0:var(--plot-0,#2166c4);--_1:var(--plot-1,#c2410c);--_2:var(--plot-2,#0f8a5f);--_3:var(--plot-3,#a3388f);--_4:var(--plot-4,#8a6a00);--_5:var(--plot-5,#0e8296)}
@media (prefers-color-scheme:dark){.rxcrew-plot{--_paper:var(--plot-paper,#14161a);--_ink:var(--plot-ink,#eceef2);--_soft:var(--plot-soft,#a2a9b5);--_rule:var(--plot-rule,#333842);--_0:var(--plot-0,#6aaaf7);--_1:var(--plot-1,#ff9a5c);--_2:var(--plot-2,#3fd39b);--_3:var(--plot-3,#ee96dc);--_4:var(--plot-4,#e3c443);--_5:var(--plot-5,#54cfe3)}}
.rxcrew-plot text{font:12px system-ui,sans-serif;fill:var(--_soft)}
.rxcrew-plot .head{font-size:15px;font-weight:600;fill:var(--_ink)}
.rxcrew-plot .title,.rxcrew-plot .name{fill:var(--_ink)}
.rxcrew-plot .paper{fill:var(--_paper)}
.rxcrew-plot .grid{stroke:var(--_rule);fill:none}
.rxcrew-plot .axis{stroke:var(--_soft);fill:none;opacity:.7}
.rxcrew-plot .level{stroke:var(--_soft);fill:none;stroke-dasharray:2 4}
.rxcrew-plot .line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.rxcrew-plot .wanted{stroke-width:1.2;stroke-dasharray:5 3;opacity:.75}
.rxcrew-plot .area{opacity:.3;stroke:none}
.rxcrew-plot .key{stroke-width:3}
.rxcrew-plot .soft{stroke:var(--_soft)}
.rxcrew-plot .area.soft{fill:var(--_soft)}
${Array.from({ length: TONES }, (_, i) => `.rxcrew-plot .tone${i}{stroke:var(--_${i})}`).join('')}`
