/**
 * Has a mark of curves drawn once a frame, whatever changed meanwhile, and without the transitions of bqplot, which take
 * two frames and most of the work even where they last no time.
 * @param {any} mark the view of a bqplot Lines without markers, labels and areas
 */
const drawOncePerFrame = (mark) => {
  let waiting = 0;
  mark.update_line_xy = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      const { x, y } = mark.scales;
      mark.line.x((point) => x.scale(point.x) + x.offset).y((point) => y.scale(point.y) + y.offset);
      mark.d3el.selectAll(".curve").select(".line").attr("d", (curve) => mark.line(curve.values) + mark.path_closure());
    });
  };
  mark.update_line_xy();
};

/**
 * Has an axis of bqplot write the labels that it has when it writes. Its own way keeps those of the moment when a fade to
 * new ticks is asked for, which may come before the labels do, and as many digits as the ticks had need of then.
 * @param {any} axis the view of a bqplot Axis
 */
const writeLabelsOfNow = (axis) => {
  axis.generate_tick_formatter = () =>
    (place) => axis.model.get("tick_labels")?.[place] ?? axis.generate_default_tick_formatter()(place);
  axis.tickformat_changed();
};

/** Has an axis of bqplot find no more ticks by itself than have room side by side. @param {any} axis the view of a bqplot Axis */
const leaveRoomForTicks = (axis) => {
  const { scale } = axis.axis_scale;
  scale.ticks = (count) => scale.copy().ticks(count ?? Math.max(2, Math.floor(axis.width / 70)));
  axis.set_tick_values(true);
};
