-- The outbox in the order in which it is taken: what is the group's first. Without it each taking sorts all that waits.
CREATE INDEX deliveries_in_order ON deliveries (CASE WHEN member_id IS NULL THEN 0 ELSE 1 END, delivery_id)
    WHERE state = 'pending';
