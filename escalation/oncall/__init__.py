"""Who is next: on-call schedules, what they say of any instant, and what people change in them."""
