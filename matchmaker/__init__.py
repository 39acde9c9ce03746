"""南海供需对接平台: supply and demand of a manufacturing district, matched, met, contracted and accounted for."""
