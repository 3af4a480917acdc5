;; The dot products of rows of bytes with a query of 16-bit numbers. `dot-kernel.ts` has what wabt makes of it.
(module
  (import "arena" "memory" (memory 1 65536))
  (func (export "dot")
    (param $rows i32)
    (param $count i32)
    ;; Bytes of a row, a multiple of 16.
    (param $stride i32)
    (param $query i32)
    ;; A 32-bit number for each row.
    (param $out i32)
    (local $end i32)
    (local $value i32)
    (local $even v128)
    (local $odd v128)
    (loop $row
      (if (i32.eqz (local.get $count)) (then (return)))
      (local.set $even (v128.const i32x4 0 0 0 0))
      (local.set $odd (v128.const i32x4 0 0 0 0))
      (local.set $value (local.get $query))
      (local.set $end (i32.add (local.get $rows) (local.get $stride)))
      (loop $values
        (local.set $even
          (i32x4.add
            (local.get $even)
            (i32x4.dot_i16x8_s (v128.load8x8_s (local.get $rows)) (v128.load (local.get $value)))))
        (local.set $odd
          (i32x4.add
            (local.get $odd)
            (i32x4.dot_i16x8_s (v128.load8x8_s offset=8 (local.get $rows)) (v128.load offset=16 (local.get $value)))))
        (local.set $value (i32.add (local.get $value) (i32.const 32)))
        (br_if $values (i32.ne (local.tee $rows (i32.add (local.get $rows) (i32.const 16))) (local.get $end))))
      (local.set $even (i32x4.add (local.get $even) (local.get $odd)))
      (i32.store
        (local.get $out)
        (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $even)) (i32x4.extract_lane 1 (local.get $even)))
          (i32.add (i32x4.extract_lane 2 (local.get $even)) (i32x4.extract_lane 3 (local.get $even)))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $row))))
